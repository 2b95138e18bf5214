/** Everything that the tables hold of a run that is forgotten, inside the transaction of the commit that says so. */
import type { PoolClient } from "pg";
import type { Commit } from "../../src/core/ports/commit.ts";
import { runRecord } from "../../src/core/store/rows.ts";

const ofTheRun = ["outbox", "questions", "attachments", "addresses"] as const;

/** Keys of messages stay, so that nothing starts the run again. */
export async function forgetRun(
  client: PoolClient,
  { runId, expect, row }: Commit,
  { notes }: NonNullable<Commit["forgets"]>,
): Promise<void> {
  await client.query("UPDATE runs SET task = $2 WHERE run_id = $1", [runId, runRecord(row).task]);
  await client.query("DELETE FROM events WHERE run_id = $1 AND version <= $2", [runId, expect]);
  for (const table of ofTheRun) await client.query(`DELETE FROM ${table} WHERE run_id = $1`, [runId]);
  await client.query("UPDATE inbox SET body = '', outcome = NULL WHERE run_id = $1", [runId]);
  // The rule of a refused call is the reason that somebody wrote; that of refused words tells of the question.
  await client.query(
    "UPDATE audits SET rule = '' WHERE resource = $1 AND (action LIKE 'refuse %' OR decision = 'refused')",
    [runId],
  );
  await client.query("DELETE FROM notes WHERE name = ANY($1)", [[...notes]]);
}
