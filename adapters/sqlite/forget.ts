/** Everything that the tables hold of a run that is forgotten, inside the transaction of the commit that says so. */
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Commit } from "../../src/core/ports/commit.ts";
import { runRecord } from "../../src/core/store/rows.ts";
import { and, eq, inArray, like, lte, or } from "./drizzle.ts";
import { addresses, attachments, audits, events, inbox, notes, outbox, questions, runs } from "./schema.ts";

/** Keys of messages stay, so that nothing starts the run again. Rare: no statement of it is prepared. */
export function forgetRun(
  db: BetterSQLite3Database,
  { runId, expect, row }: Commit,
  { notes: names }: NonNullable<Commit["forgets"]>,
): void {
  const { task } = runRecord(row);
  db.update(runs).set({ task }).where(eq(runs.runId, runId)).run();
  db.delete(events)
    .where(and(eq(events.runId, runId), lte(events.version, expect)))
    .run();
  for (const table of [outbox, questions, attachments, addresses]) {
    db.delete(table).where(eq(table.runId, runId)).run();
  }
  db.update(inbox).set({ body: "", outcome: null }).where(eq(inbox.runId, runId)).run();
  // The rule of a refused call is the reason that somebody wrote; that of refused words tells of the question.
  const worded = or(like(audits.action, "refuse %"), eq(audits.decision, "refused"));
  const reasons = and(eq(audits.resource, runId), worded);
  db.update(audits).set({ rule: "" }).where(reasons).run();
  if (names.length > 0)
    db.delete(notes)
      .where(inArray(notes.name, [...names]))
      .run();
}
