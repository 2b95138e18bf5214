/** Files and pictures that results brought, by run and hash. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Store } from "../../src/core/ports/store.ts";
import { attachmentOf, attachmentRecord } from "../../src/core/store/attachments.ts";
import { and, eq } from "./drizzle.ts";
import { attachments } from "./schema.ts";

/** The part of the store for attachments; the same bytes are kept once a run. */
export function keepAttachments(db: NodePgDatabase): Pick<Store, "saveAttachment" | "attachment"> {
  return {
    async saveAttachment(attachment) {
      await db.insert(attachments).values(attachmentRecord(attachment)).onConflictDoNothing();
    },
    async attachment(runId, hash) {
      const one = and(eq(attachments.runId, runId), eq(attachments.hash, hash));
      const [record] = await db.select().from(attachments).where(one);
      return attachmentOf(record);
    },
  };
}
