/** The part of a commit's statement that writes the run's row, at the expected version and epoch alone. */
import type { Commit } from "../../src/core/ports/commit.ts";
import { runRecord } from "../../src/core/store/rows.ts";
import { fieldsOf, place, type statement } from "./statement.ts";

type Builder = ReturnType<typeof statement>;

const launchFields = fieldsOf(
  `runId text, version bigint, status text, agent text, task text, channel text, principal text, personName text,
   address text, parentId text, steps bigint, tokens bigint, costMicros bigint, asking bigint, launchedAt bigint,
   updatedAt bigint, wakeAt bigint`,
);
const stepFields = [
  place,
  ...fieldsOf(
    `runId text, expect bigint, epoch bigint, version bigint, status text, address text, steps bigint, tokens bigint,
     costMicros bigint, asking bigint, updatedAt bigint, wakeAt bigint, release boolean`,
  ),
];

/** What all other parts read: nothing, when the commit is refused. */
const guarded = "run_id, wake_at, owner, epoch";

export function launchGuard(s: Builder, commit: Commit): void {
  const row = { ...runRecord(commit.row), runId: commit.runId, version: commit.events.length };
  s.with(
    "guard",
    `INSERT INTO runs (${launchFields.map(({ column }) => column).join(", ")})
     SELECT r.* FROM ${s.rows(launchFields, [{ ...row, wakeAt: commit.wakeAt }])}
     WHERE ${s.value(commit.epoch, "bigint")} IS NULL
     ON CONFLICT DO NOTHING RETURNING 0 AS n, ${guarded}`,
  );
}

/** A commit from outside never touches the lease. Waits for whoever has locked the run. */
export function progressGuard(s: Builder, commit: Commit): void {
  const row = stepOf(commit, 0);
  const epoch = s.value(row.epoch, "bigint");
  const release = s.value(row.release && row.epoch !== null, "boolean");
  const of = (field: keyof typeof row, type: string) => s.value(row[field], type);
  s.with(
    "guard",
    `UPDATE runs SET ${changes(of, release)}
     WHERE run_id = ${of("runId", "text")} AND version = ${of("expect", "bigint")}
       AND (${epoch} IS NULL OR (epoch = ${epoch} AND owner IS NOT NULL))
     RETURNING 0 AS n, ${guarded}`,
  );
}

const stands = `run_id = r."runId" AND runs.version = r.expect AND runs.epoch = r.epoch AND owner IS NOT NULL`;

/**
 * Steps of several runs, each for itself: those that stand at their version and epoch are written, the others are not.
 * A run that somebody has locked is passed over, so that no run waits for another one, and no two for each other.
 */
export function stepsGuard(s: Builder, commits: readonly Commit[]): void {
  s.with(
    "steps",
    `SELECT r.* FROM ${s.rows(stepFields, commits.map(stepOf))}
     JOIN runs ON ${stands}
     FOR UPDATE OF runs SKIP LOCKED`,
  );
  s.with(
    "guard",
    `UPDATE runs SET ${changes((field) => `r."${field}"`, "r.release")} FROM steps AS r WHERE ${stands}
     RETURNING r.n, run_id, runs.wake_at, owner, runs.epoch`,
  );
}

function stepOf(commit: Commit, n: number) {
  const { runId, expect, epoch, wakeAt, release } = commit;
  const version = expect + commit.events.length;
  return { ...runRecord(commit.row), n, runId, expect, epoch, version, wakeAt, release };
}

/** What a launch fixed never changes. `of`: SQL for a field of the commit's row. */
function changes(of: (field: keyof ReturnType<typeof stepOf>, type: string) => string, release: string) {
  return `version = ${of("version", "bigint")}, status = ${of("status", "text")},
       address = ${of("address", "text")}, steps = ${of("steps", "bigint")}, tokens = ${of("tokens", "bigint")},
       cost_micros = ${of("costMicros", "bigint")}, asking = ${of("asking", "bigint")},
       updated_at = ${of("updatedAt", "bigint")},
       wake_at = CASE woken WHEN 1 THEN 0 ELSE ${of("wakeAt", "bigint")} END,
       owner = CASE WHEN ${release} THEN NULL ELSE owner END,
       lease_until = CASE WHEN ${release} THEN NULL ELSE lease_until END`;
}
