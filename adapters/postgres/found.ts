/** What the database holds where a commit would be: why it was refused, or that it was written after all. */
import type { PoolClient } from "pg";
import type { Commit } from "../../src/core/ports/commit.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { eventRecords } from "../../src/core/store/event-rows.ts";
import type { Found } from "../../src/core/store/rows.ts";

/** What `refusalOf` asks for, but for the place of a commit's `only`, which its transaction looks at. */
export async function found(client: PoolClient, { runId, inbox }: Commit): Promise<Omit<Found, "taken">> {
  const { rows } = await client.query<{ version: string; epoch: string; owner: string | null }>(
    "SELECT version, epoch, owner FROM runs WHERE run_id = $1",
    [runId],
  );
  const run = rows[0];
  const known: Omit<Found, "taken"> = {
    run: run ? { version: Number(run.version), epoch: Number(run.epoch), owner: run.owner } : null,
    inbox: null,
  };
  if (inbox) {
    const { rows } = await client.query<{ state: "pending" | "done" | "refused"; runId: string | null }>(
      'SELECT state, run_id AS "runId" FROM inbox WHERE source = $1 AND key = $2',
      [inbox.source, plainText(inbox.key)],
    );
    known.inbox = rows[0] ?? null;
  }
  return known;
}

/**
 * The commit as it stands there, null: it does not. The log holds exactly these events where it would have put them. A
 * worker's are its own only as long as nobody took the run over, who may have written the same in the same millisecond;
 * two others from outside that do so both wanted what stands there. A launch claims no run that somebody else holds by
 * now.
 */
export async function asWritten(client: PoolClient, commit: Commit): Promise<Commit | null> {
  const { run } = await found(client, commit);
  if (commit.epoch !== null && run?.epoch !== commit.epoch) return null;
  // Without events it only lets the run go.
  if (commit.events.length === 0) return commit.release && run?.owner === null ? commit : null;
  if (!(await isInLog(client, commit))) return null;
  const { claim, ...unclaimed } = commit;
  return claim && (run?.owner !== claim.owner || run.epoch !== 1) ? unclaimed : commit;
}

async function isInLog(client: PoolClient, commit: Commit): Promise<boolean> {
  const wanted = eventRecords(commit);
  const { rows } = await client.query<{ type: string; at: string; data: string }>(
    "SELECT type, at, data FROM events WHERE run_id = $1 AND version > $2 AND version <= $3 ORDER BY version",
    [commit.runId, commit.expect, commit.expect + wanted.length],
  );
  return (
    rows.length === wanted.length &&
    wanted.every(({ type, at, data }, index) => {
      const row = rows[index];
      return row?.type === type && Number(row.at) === at && row.data === data;
    })
  );
}
