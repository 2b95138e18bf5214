/**
 * Finds what is due although no job says so: its holder died or could not read it, or a release that makes no jobs
 * wrote it.
 */
import { makeWorkerUtils } from "graphile-worker";
import type { Pool } from "pg";
import { longestDelayMs } from "../../src/core/ports/deliveries.ts";
import type { RunWakeUp, WhenDue } from "../../src/core/ports/wakes.ts";
import { dropWholeBudgets } from "./budgets.ts";
import { clockMs as clock } from "./claims.ts";
import { addRunJob } from "./jobs.ts";
import { isTooLong, shortenPosts, shortenRuns } from "./set-back.ts";

/** At once, so that a large backlog is not gone through again and again. */
const atOnce = 500;
/** What is younger has its job on the way. */
const grownMs = 2_000;
/** What is of the future was written before a clock was set back, and its job waits for that time to come again. */
const isGrown = (at: string) => `${at} NOT BETWEEN ${clock} - ${grownMs} AND ${clock}`;
const isFree = `(lease_until IS NULL OR lease_until <= ${clock})`;

/** Any number, the same in every release. */
const workerLock = 72_616_481;
/** Held by the sessions of all processes that drive runs. Had already, it is had once more, which changes nothing. */
const isHere = `($1 AND pg_try_advisory_lock_shared(${workerLock}))`;
const isAlone = `NOT EXISTS (SELECT FROM pg_locks
      WHERE locktype = 'advisory' AND classid = 0 AND objid = ${workerLock} AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;

/** So far a process looks ahead: beyond its next look. */
const aheadMs = 6_000;
/** In how many ms a sleep or a deadline is over, of those that are soon. */
const next = `(SELECT min(wake_at) - ${clock} FROM runs
      WHERE wake_at > ${clock} AND wake_at < ${clock} + ${aheadMs} AND owner IS NULL)`;

const sweep = `
  WITH lost AS (
    SELECT run_id, wake_at, epoch FROM runs
    WHERE $1 AND wake_at <= ${clock} AND (owner IS NULL OR lease_until < ${clock})
      AND (owner IS NOT NULL OR ${isGrown("updated_at")}) AND run_id <> ALL($2::text[])
      AND NOT EXISTS (SELECT FROM graphile_worker.jobs
        WHERE key = 'run:' || run_id AND locked_at IS NULL AND attempts < max_attempts AND run_at <= now())
    ORDER BY wake_at LIMIT ${atOnce}
  ), runs_again AS (${shortenRuns}
  ), posts_again AS (${shortenPosts}
  )
  SELECT (SELECT count(${addRunJob}) FROM lost) AS runs,
    (SELECT coalesce(json_agg(json_build_object('runId', run_id, 'dueAt', wake_at, 'epoch', epoch)), '[]')
      FROM (SELECT * FROM lost LIMIT $4) AS first) AS found,
    EXISTS (SELECT FROM outbox
      WHERE delivered_revision < revision AND given_up = 0 AND channel = ANY($3::text[])
        AND (next_at < ${clock} - ${grownMs} AND ${isGrown("waiting_since")} OR next_at > ${clock} + ${longestDelayMs})
        AND ${isFree}) AS posts,
    EXISTS (SELECT FROM inbox
      WHERE state = 'pending' AND (${isGrown("received_at")} AND ${isFree} OR ${isTooLong})) AS inbox,
    ${isHere} AS here, ${isAlone} AS alone,
    ${next} AS next`;

/**
 * NOTIFY of a job comes when it is written, not when it is due: this one comes then. Where another process has told
 * before, and the run was taken, nothing is told.
 */
const tell = `
  SELECT (SELECT pg_notify('jobs:insert', '{"count":1}')::text WHERE EXISTS (SELECT FROM runs
      WHERE wake_at BETWEEN ${clock} - ${grownMs} AND ${clock} AND owner IS NULL)) AS told,
    ${next} AS next`;

/** Tells all processes of runs whose time has come. Returns in how many ms the next one comes, null: not soon. */
export async function tellTimed(pool: Pool): Promise<number | null> {
  const { rows } = await pool.query<{ next: string | null }>({ name: "tell", text: tell });
  return inMs(rows[0]?.next);
}

/** Jobs that a process took which is gone: it holds no run by a lease any more. A mistake would only wake once more. */
const unlock = `
  SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT locked_by)) FROM graphile_worker.jobs
  WHERE locked_at < now() - interval '30 seconds' AND NOT EXISTS (
    SELECT FROM graphile_worker.jobs AS other JOIN runs ON other.key = 'run:' || run_id
    WHERE other.locked_by = jobs.locked_by AND owner IS NOT NULL AND lease_until >= ${clock})`;

interface Swept {
  /** Runs that nobody drives, the longest due first. */
  found: RunWakeUp[];
  /** In how many ms the next sleep is over, null: not soon. */
  nextInMs: number | null;
  /** No other process drives runs. */
  alone: boolean;
}

/**
 * One statement: runs that nobody drives get a job, and this process is told of its posts and messages. At most `most`
 * of the runs are returned: a job may go to a process that can't read the run, and is over then.
 */
export async function sweepOnce(pool: Pool, due: WhenDue, most: number): Promise<Swept> {
  const { rows } = await pool.query<{
    found: RunWakeUp[];
    posts: boolean;
    inbox: boolean;
    alone: boolean;
    next: string | null;
  }>({
    name: "sweep",
    text: sweep,
    values: [due.run !== null, due.left(), due.channels(), most],
  });
  if (rows[0]?.posts) due.posts();
  if (rows[0]?.inbox && due.channels().length > 0) due.inbox();
  const { found = [], alone = false, next } = rows[0] ?? {};
  return { found, alone, nextInMs: inMs(next) };
}

function inMs(next: string | null | undefined): number | null {
  return next === null || next === undefined ? null : Math.max(1, Number(next));
}

/** What dead processes had taken is free again, and what has been taken over meanwhile is forgotten. */
export async function freeJobs(pgPool: Pool): Promise<void> {
  await pgPool.query(unlock);
  const utils = await makeWorkerUtils({ pgPool });
  await utils.cleanup({ tasks: ["DELETE_PERMAFAILED_JOBS"] });
  await utils.release();
  await dropWholeBudgets(pgPool);
}
