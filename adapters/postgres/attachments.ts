/** Files and pictures that results brought, by run and hash. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Store } from "../../src/core/ports/store.ts";
import { attachmentOf, attachmentRecord } from "../../src/core/store/attachments.ts";
import { and, eq, sql } from "./drizzle.ts";
import { hasEnded } from "./runs.ts";
import { attachments, runs } from "./schema.ts";

/** The part of the store for attachments; the same bytes are kept once a run. */
export function keepAttachments(db: NodePgDatabase): Pick<Store, "saveAttachment" | "attachment"> {
  return {
    async saveAttachment(attachment) {
      const { runId, hash, name, mediaType, body } = attachmentRecord(attachment);
      await db.execute(sql`
        INSERT INTO attachments (run_id, hash, name, media_type, body)
        SELECT ${runId}, ${hash}, ${name}, ${mediaType}, ${body}
        WHERE NOT EXISTS (SELECT FROM ${runs} WHERE ${and(eq(runs.runId, runId), hasEnded)})
        ON CONFLICT DO NOTHING`);
    },
    async attachment(runId, hash) {
      const one = and(eq(attachments.runId, runId), eq(attachments.hash, hash));
      const [record] = await db.select().from(attachments).where(one);
      return attachmentOf(record);
    },
  };
}
