/** Runs as workers see them: which are due, who holds them, and until when. */
import { setTimeout as pause } from "node:timers/promises";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Pool } from "pg";
import type { RunEvent } from "../../src/core/event.ts";
import type { Claim } from "../../src/core/ports/runs.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { type EventRecord, eventsOf } from "../../src/core/store/event-rows.ts";
import { and, eq, inArray, sql } from "./drizzle.ts";
import { addRunJob } from "./jobs.ts";
import { runs } from "./schema.ts";

type Working = Pick<Store, "claim" | "renew" | "releaseAll" | "nextWake">;

/** Leases are compared on the database's clock, the one that all machines share. */
const clockMs = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
export const clockNow = sql.raw(clockMs);

/**
 * Named, so that each connection plans it once. `dueAt`: when a run is due. `found`: what is answered of the runs in
 * `taken`. The log comes with a run that was asked for by name: between its wake-up and its next step nothing takes
 * longer than to ask for it.
 */
function claimOf(name: string, { dueAt, which, found }: { dueAt: string; which: string; found: string }) {
  const text = `
    WITH due AS (
      SELECT run_id, owner, wake_at FROM runs
      WHERE ${dueAt} <= $1 AND (owner IS NULL OR lease_until < ${clockMs}) AND run_id <> ALL($2::text[]) ${which}
      ORDER BY ${dueAt} LIMIT $3
      FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE runs
      SET owner = $4, lease_until = ${clockMs} + $5::bigint, epoch = runs.epoch + 1, woken = 0
      FROM due WHERE runs.run_id = due.run_id
      RETURNING runs.run_id, runs.epoch, due.owner IS NOT NULL AS recovered, due.wake_at, runs.version AS newest
    )
    ${found}`;
  return { name, text };
}

const claimDue = claimOf("claim_due", {
  dueAt: "wake_at",
  which: "",
  found: "SELECT run_id, epoch, recovered, NULL AS data FROM taken ORDER BY wake_at",
});
const claimNamed = claimOf("claim_and_read", {
  // Not through the index of what is due: it leads through all runs that are driven at the moment.
  dueAt: "wake_at + 0",
  which: "AND run_id = ANY($6::text[])",
  found: `SELECT run_id, epoch, recovered, newest, version, type, v, at, data, sum FROM taken
    LEFT JOIN events USING (run_id) ORDER BY wake_at, run_id, version`,
});

/** A claimed run with one of its events, if it has any. */
type ClaimedRow = { run_id: string; epoch: string; recovered: boolean } & (
  | { data: null }
  | ({ newest: string; version: string; v: string; at: string; sum: string | null } & Pick<
      EventRecord,
      "type" | "data"
    >)
);

function claimsOf(rows: readonly ClaimedRow[]): Claim[] {
  return [...Map.groupBy(rows, ({ run_id }) => run_id)].flatMap(([runId, [first, ...others]]) => {
    if (!first) return [];
    const claim = { runId, epoch: Number(first.epoch), recovered: first.recovered };
    if (first.data === null) return [claim];
    const log = logOf(runId, Number(first.newest), [first, ...others]);
    return [log === null ? claim : { ...claim, log }];
  });
}

/**
 * null: whoever reads the log by itself finds out what is wrong with it. The row was seen as it was when it was
 * locked and the events as they were a moment before, so the last of them may be missing.
 */
function logOf(runId: string, version: number, rows: readonly ClaimedRow[]): RunEvent[] | null {
  const records = rows.flatMap((row) =>
    row.data === null
      ? []
      : {
          ...{ runId, type: row.type, data: row.data, version: Number(row.version), v: Number(row.v) },
          ...{ at: Number(row.at), sum: row.sum === null ? null : Number(row.sum) },
        },
  );
  try {
    return eventsOf({ runId, after: 0, version, records });
  } catch (error) {
    if (error instanceof UnreadableError) return null;
    throw error;
  }
}

/** Together longer than a commit takes; a run that is locked even then is found when its lease is over. */
const lockedTries = 40;
const lockedPauseMs = 50;

/** Who waits for no lock can't stand in a circle with others that wait. Returns how many runs somebody had locked. */
async function releaseFree(pool: Pool, owner: string): Promise<number> {
  const { rows } = await pool.query<{ locked: string }>(
    `WITH mine AS (
       SELECT run_id FROM runs WHERE owner = $1 FOR UPDATE SKIP LOCKED
     ), released AS (
       UPDATE runs SET owner = NULL, lease_until = NULL, wake_at = 0 FROM mine WHERE runs.run_id = mine.run_id
       RETURNING runs.run_id, wake_at, epoch
     ), woken AS (
       SELECT ${addRunJob} FROM released
     )
     SELECT (SELECT count(*) FROM runs WHERE owner = $1) - (SELECT count(*) FROM woken) AS locked`,
    [owner],
  );
  return Number(rows[0]?.locked);
}

/** Claims skip rows that another process locks at the moment. Leases are measured by the database's clock. */
export function workRuns(db: NodePgDatabase, pool: Pool): Working {
  return {
    async claim({ owner, now, leaseMs, limit, except = [], only }) {
      const values = [now, except, limit, owner, leaseMs, ...(only ? [only] : [])];
      const { rows } = await pool.query<ClaimedRow>({ ...(only ? claimNamed : claimDue), values });
      return claimsOf(rows);
    },
    async renew({ owner, leaseMs, runIds }) {
      const held = await db
        .update(runs)
        .set({ leaseUntil: sql`${clockNow} + ${leaseMs}` })
        .where(and(eq(runs.owner, owner), inArray(runs.runId, [...runIds])))
        .returning({ runId: runs.runId });
      return held.map((run) => run.runId);
    },
    async releaseAll(owner) {
      for (let tries = 0; (await releaseFree(pool, owner)) > 0 && tries < lockedTries; tries++)
        await pause(lockedPauseMs);
    },
    async nextWake() {
      // A held run is due when its lease ends at the earliest: else a worker would wake up for its own runs for ever.
      const { rows } = await db.execute<{ at: string | null }>(sql`
        SELECT least(
          (SELECT min(wake_at) FROM runs WHERE wake_at IS NOT NULL AND owner IS NULL),
          (SELECT min(greatest(wake_at, lease_until)) FROM runs WHERE wake_at IS NOT NULL AND owner IS NOT NULL)
        ) AS at`);
      const at = rows[0]?.at ?? null;
      return at === null ? null : Number(at);
    },
  };
}
