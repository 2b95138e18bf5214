/** The part of a commit's statement that writes the run's row, at the expected version and epoch alone. */
import type { Commit } from "../../src/core/ports/commit.ts";
import { runRecord } from "../../src/core/store/rows.ts";
import { clockMs } from "./claims.ts";
import { constant, fieldsOf, rows, type Sql, sql } from "./statement.ts";

const launchFields = fieldsOf(
  `runId text, version bigint, status text, agent text, task text, channel text, principal text, personName text,
   address text, parentId text, steps bigint, tokens bigint, costMicros bigint, asking bigint, launchedAt bigint,
   updatedAt bigint, wakeAt bigint`,
);
const progress = `runId text, expect bigint, version bigint, status text, address text, steps bigint, tokens bigint,
  costMicros bigint, asking bigint, updatedAt bigint, wakeAt bigint`;
const progressFields = fieldsOf(progress);
const stepFields = fieldsOf(`n bigint, epoch bigint, release boolean, ${progress}`);

const launched = constant(`${launchFields.columns}, owner, lease_until, epoch`);
const clockNow = constant(clockMs);

/** What a launch fixed never changes. */
const changes = `version = r.version, status = r.status, address = r.address, steps = r.steps, tokens = r.tokens,
   cost_micros = r."costMicros", asking = r.asking, updated_at = r."updatedAt",
   wake_at = CASE woken WHEN 1 THEN 0 ELSE r."wakeAt" END`;

const kept = constant(changes);
const letGo = constant(`${changes}, owner = NULL, lease_until = NULL`);
const keptOrLetGo = constant(
  `${changes}, owner = CASE WHEN r.release THEN NULL ELSE owner END,
   lease_until = CASE WHEN r.release THEN NULL ELSE lease_until END`,
);

const atVersion = constant('run_id = r."runId" AND runs.version = r.expect');
const held = sql`${atVersion} AND owner IS NOT NULL AND runs.epoch = `;
const heldByEach = constant("r.epoch");

/** What all other parts read: nothing, when the commit is refused. */
const guarded = constant("run_id, runs.status, runs.wake_at, owner, runs.epoch");

export function launchGuard(commit: Commit): Sql {
  const { owner, leaseMs } = commit.claim ?? { owner: null, leaseMs: null };
  const row = {
    ...runRecord(commit.row),
    ...{ runId: commit.runId, version: commit.events.length, wakeAt: commit.wakeAt },
  };
  return sql`guard AS (
    INSERT INTO runs (${launched})
    SELECT r.*, ${owner}::text, ${clockNow} + ${leaseMs}::bigint, ${owner === null ? 0 : 1}::bigint
    FROM ${rows(launchFields, [row])} WHERE ${commit.epoch}::bigint IS NULL
    ON CONFLICT DO NOTHING RETURNING ${guarded})`;
}

/**
 * A commit from outside, without an epoch, may come whoever holds the run, and never touches the lease. Waits for
 * whoever has locked the run.
 */
export function progressGuard(commit: Commit): Sql {
  const { epoch, release } = commit;
  const stands = epoch === null ? atVersion : sql`${held}${epoch}::bigint`;
  return sql`guard AS (
    UPDATE runs SET ${epoch !== null && release ? letGo : kept} FROM ${rows(progressFields, [progressOf(commit)])}
    WHERE ${stands} RETURNING ${guarded})`;
}

/**
 * Steps of several runs, each for itself: those that stand at their version and epoch are written, the others are not.
 * A run that somebody has locked is passed over, so that no run waits for another one, and no two for each other.
 */
export function stepsGuard(steps: readonly Commit[]): Sql {
  const given = steps.map((step, n) => ({
    ...progressOf(step),
    n,
    epoch: step.epoch,
    release: step.release,
  }));
  return sql`steps AS (
    SELECT r.* FROM ${rows(stepFields, given)} JOIN runs ON ${held}${heldByEach}
    FOR UPDATE OF runs SKIP LOCKED),
  guard AS (
    UPDATE runs SET ${keptOrLetGo} FROM steps AS r WHERE ${held}${heldByEach}
    RETURNING r.n, ${guarded})`;
}

function progressOf({ runId, expect, events, row, wakeAt }: Commit) {
  return { ...runRecord(row), runId, expect, version: expect + events.length, wakeAt };
}
