/** Files and pictures that results brought, by run and hash. */
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Store } from "../../src/core/ports/store.ts";
import { attachmentOf, attachmentRecord } from "../../src/core/store/attachments.ts";
import { and, eq } from "./drizzle.ts";
import type { Write } from "./group.ts";
import { hasEnded } from "./runs.ts";
import { attachments, runs } from "./schema.ts";

/** The part of the store for attachments; the same bytes are kept once a run. */
export function keepAttachments(
  db: BetterSQLite3Database,
  write: Write,
): Pick<Store, "saveAttachment" | "attachment"> {
  return {
    saveAttachment: (attachment) =>
      write(() => {
        const ended = db
          .select({ runId: runs.runId })
          .from(runs)
          .where(and(eq(runs.runId, attachment.runId), hasEnded));
        if (ended.get()) return;
        db.insert(attachments).values(attachmentRecord(attachment)).onConflictDoNothing().run();
      }),
    async attachment(runId, hash) {
      const one = and(eq(attachments.runId, runId), eq(attachments.hash, hash));
      return attachmentOf(db.select().from(attachments).where(one).get());
    },
  };
}
