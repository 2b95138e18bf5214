/** Runs as workers see them: which are due, who holds them, and until when. */
import { setTimeout as pause } from "node:timers/promises";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Pool } from "pg";
import type { RunEvent } from "../../src/core/event.ts";
import type { Claim } from "../../src/core/ports/runs.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { type EventRecord, eventsOf } from "../../src/core/store/event-rows.ts";
import { tellReleased } from "./announce.ts";
import { and, eq, inArray, sql } from "./drizzle.ts";
import { addRunJob } from "./jobs.ts";
import { runs } from "./schema.ts";

type Working = Pick<Store, "claim" | "renew" | "release" | "releaseAll" | "nextWake">;

/** Leases are compared on the database's clock, the one that all machines share. */
export const clockMs = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
export const clockNow = sql.raw(clockMs);

const isFree = `(owner IS NULL OR lease_until < ${clockMs})`;

/** Of the runs in `due`, which are locked. */
function takenBy(due: string, owner: string, leaseMs: string): string {
  return `taken AS (
      UPDATE runs
      SET owner = ${owner}, lease_until = ${clockMs} + ${leaseMs}::bigint, epoch = runs.epoch + 1, woken = 0
      FROM ${due} WHERE runs.run_id = due.run_id
      RETURNING runs.run_id, runs.epoch, due.owner IS NOT NULL AS recovered, due.wake_at, runs.version AS newest
    )`;
}

/** Named, as the next one is, so that each connection plans it once. */
const claimDue = {
  name: "claim_due",
  text: `
    WITH due AS (
      SELECT run_id, owner, wake_at FROM runs
      WHERE wake_at <= $1 AND ${isFree} AND run_id <> ALL($2::text[]) AND ($6::text[] IS NULL OR run_id = ANY($6))
      ORDER BY wake_at LIMIT $3
      FOR UPDATE SKIP LOCKED
    ), ${takenBy("due", "$4", "$5")}
    SELECT run_id, epoch, recovered, NULL AS data FROM taken ORDER BY wake_at`,
};

/**
 * Of one run, with its log: between its wake-up and its next step nothing takes longer than to ask for it. Not through
 * the index of what is due: that leads through all runs that are driven at the moment.
 */
const claimNamed = {
  name: "claim_and_read",
  text: `
    WITH ${takenBy(
      `(SELECT run_id, owner, wake_at FROM runs WHERE run_id = $2 AND wake_at + 0 <= $1 AND ${isFree}
        FOR UPDATE SKIP LOCKED) AS due`,
      "$3",
      "$4",
    )}
    SELECT run_id, epoch, recovered, newest, version, type, v, at, data, sum FROM taken
    LEFT JOIN events USING (run_id) ORDER BY version`,
};

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

/** No job: the process that lets go would take it as well, for nobody. Who was lost before this owner had it is kept. */
const releaseOne = {
  name: "release",
  text: `
    WITH released AS (
      UPDATE runs SET owner = CASE WHEN $4 THEN owner END, lease_until = CASE WHEN $4 THEN 0 END
      WHERE run_id = $1 AND owner = $2 AND epoch = $3
      RETURNING run_id, version
    )
    SELECT ${tellReleased} FROM released`,
};

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
      const [runId, ...others] = only ?? [];
      const isNamed = runId !== undefined && others.length === 0 && limit > 0 && !except.includes(runId);
      const statement = isNamed
        ? { ...claimNamed, values: [now, runId, owner, leaseMs] }
        : { ...claimDue, values: [now, except, limit, owner, leaseMs, only ?? null] };
      const { rows } = await pool.query<ClaimedRow>(statement);
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
    async release(owner, { runId, epoch, recovered }) {
      await pool.query({ ...releaseOne, values: [runId, owner, epoch, recovered] });
    },
    async releaseAll(owner) {
      for (let tries = 0; (await releaseFree(pool, owner)) > 0 && tries < lockedTries; tries++)
        await pause(lockedPauseMs);
    },
    async nextWake() {
      // A held run is due when its lease ends at the earliest: else a worker would wake up for its own runs for ever.
      // It was due when it was taken, so that those that sleep need not be gone through.
      const { rows } = await db.execute<{ at: string | null }>(sql`
        SELECT least(
          (SELECT min(wake_at) FROM runs WHERE wake_at IS NOT NULL AND owner IS NULL),
          (SELECT min(greatest(wake_at, lease_until)) FROM runs WHERE wake_at <= ${clockNow} AND owner IS NOT NULL)
        ) AS at`);
      const at = rows[0]?.at ?? null;
      return at === null ? null : Number(at);
    },
  };
}
