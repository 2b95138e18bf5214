/** The hot path: one commit, or steps of several runs, as one statement, so as one round trip. */
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Commit } from "../../src/core/ports/commit.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { runsToWake } from "../../src/core/store/rows.ts";
import { announcementChannel, ifDue } from "./announce.ts";
import { launchGuard, progressGuard, stepsGuard } from "./commit-guard.ts";
import { addressesOf, channelsOf, contentsOf, events, named } from "./commit-rows.ts";
import { addPostsJob, addRunJob } from "./jobs.ts";
import { placesLeft } from "./place.ts";
import { constant, list, type Sql, sql } from "./statement.ts";

const isFree = "wake_at IS NOT NULL AND owner IS NULL";
const jobsOfGuarded = constant(`(SELECT count(${addRunJob}) FROM guard WHERE ${isFree})`);
const jobsOfWoken = constant(`(SELECT count(${addRunJob}) FROM woken WHERE ${isFree})`);
const postsJobs = constant(addPostsJob);
const isSettled = constant("EXISTS (SELECT FROM settled) AS settled");
const dueToo = constant(`CASE WHEN wake_at = 0 AND owner IS NULL THEN '${ifDue}' ELSE '' END`);
const place = constant("n");

/**
 * `guard` writes the run's row only at the expected version and epoch, and with the row's lock; every other part
 * reads from it, so a commit that is refused writes nothing, and is answered with no row. With an inbox key two rows
 * must agree, and the answer holds `settled`. Only the parts that this commit needs are in it: of most steps the
 * events alone, and then how many of them were written is the answer.
 */
export function commitStatement(
  commit: Commit,
  { clock, announcement }: { clock: Pick<Clock, "now">; announcement: string | null },
): Sql {
  const { wake, inbox } = commit;
  const guard = commit.expect === 0 ? launchGuard(commit) : progressGuard(commit);
  const answers = [
    ...(inbox ? [isSettled] : []),
    ...wakeUps([commit]),
    ...(wake.length > 0 ? [jobsOfWoken] : []),
    ...(announcement === null ? [] : [told(announcement)]),
  ];
  const contents = [...contentsOf([commit]), ...addressesOf(commit)];
  const left = placesLeft([commit]);
  const [only, ...others] = contents;
  if (answers.length === 0 && only?.part === events && others.length === 0 && left.length === 0)
    return sql`WITH ${guard} ${only.insert}`;
  const parts = [
    guard,
    ...contents.map(named),
    ...left,
    ...(wake.length > 0 ? [woken(commit)] : []),
    ...(inbox ? [settled(inbox, clock)] : []),
  ];
  return sql`WITH ${list(parts)} SELECT ${list(answers)} FROM guard`;
}

/** Answers with the place `n` of each step that was written; see `stepsGuard` for the others. */
export function stepsStatement(steps: readonly Commit[]): Sql {
  const parts = [stepsGuard(steps), ...contentsOf(steps).map(named), ...placesLeft(steps)];
  return sql`WITH ${list(parts)} SELECT ${list([place, ...wakeUps(steps)])} FROM guard`;
}

/**
 * Jobs for what the commits make due. A run that somebody holds needs none: its holder sees the new version at its
 * next commit, and when the holder is gone the end of the lease is its wake-up.
 */
function wakeUps(commits: readonly Commit[]): Sql[] {
  const letGo = commits.some(({ epoch, release }) => epoch === null || release);
  const spoken = channelsOf(commits);
  return [
    ...(letGo ? [jobsOfGuarded] : []),
    ...(spoken === null ? [] : [sql`(SELECT count(${postsJobs}) FROM ${spoken})`]),
  ];
}

function woken(commit: Commit): Sql {
  return sql`woken AS (
    UPDATE runs SET wake_at = 0, woken = 1 WHERE EXISTS (SELECT FROM guard) AND run_id IN (
      SELECT run_id FROM runs WHERE run_id = ANY(${runsToWake(commit)}::text[]) ORDER BY run_id FOR UPDATE)
    RETURNING run_id, wake_at, owner, epoch)`;
}

function settled(inbox: NonNullable<Commit["inbox"]>, clock: Pick<Clock, "now">): Sql {
  return sql`settled AS (
    INSERT INTO inbox (source, key, body, received_at, state, run_id, outcome)
    SELECT ${inbox.source}::text, ${plainText(inbox.key)}::text, '', ${clock.now()}::bigint, 'done', run_id,
      ${inbox.print ?? null}::text FROM guard
    ON CONFLICT (source, key) DO UPDATE
    SET state = 'done', body = '', run_id = excluded.run_id, outcome = excluded.outcome
    WHERE inbox.state = 'pending' RETURNING 1)`;
}

function told(announcement: string): Sql {
  return sql`pg_notify(${announcementChannel}::text, ${announcement}::text || ${dueToo})::text`;
}
