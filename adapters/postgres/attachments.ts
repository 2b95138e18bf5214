/** Files and pictures that results brought, by run and hash. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Pool } from "pg";
import type { Store } from "../../src/core/ports/store.ts";
import { attachmentOf, attachmentRecord } from "../../src/core/store/attachments.ts";
import { withClient } from "./connection.ts";
import { and, eq } from "./drizzle.ts";
import { attachments } from "./schema.ts";

const insert = `
  INSERT INTO attachments (run_id, hash, name, media_type, body)
  SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM events WHERE run_id = $1 AND type = 'forgotten')
  ON CONFLICT DO NOTHING`;

/** The part of the store for attachments; the same bytes are kept once a run. */
export function keepAttachments(
  db: NodePgDatabase,
  pool: Pool,
): Pick<Store, "saveAttachment" | "attachment"> {
  return {
    async saveAttachment(attachment) {
      const { runId, hash, name, mediaType, body } = attachmentRecord(attachment);
      await withClient(pool, async (client) => {
        await client.query("BEGIN");
        // In a statement of its own: whoever forgets the run holds this lock, and is seen by the next statement.
        await client.query("SELECT FROM runs WHERE run_id = $1 FOR SHARE", [runId]);
        await client.query(insert, [runId, hash, name, mediaType, body]);
        await client.query("COMMIT");
      });
    },
    async attachment(runId, hash) {
      const one = and(eq(attachments.runId, runId), eq(attachments.hash, hash));
      const [record] = await db.select().from(attachments).where(one);
      return attachmentOf(record);
    },
  };
}
