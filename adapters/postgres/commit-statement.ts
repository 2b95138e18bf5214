/** The hot path: one commit, or steps of several runs, as one statement, so as one round trip. */
import { channelOf } from "../../src/core/actor.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Commit } from "../../src/core/ports/commit.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { eventRecords } from "../../src/core/store/event-rows.ts";
import { questionRecords } from "../../src/core/store/question-rows.ts";
import { postRecords, runsToWake } from "../../src/core/store/rows.ts";
import { announcementChannel, ifDue } from "./announce.ts";
import { launchGuard, progressGuard, stepsGuard } from "./commit-guard.ts";
import { addPostsJob, addRunJob } from "./jobs.ts";
import { constant, type Fields, fieldsOf, list, rows, type Sql, sql } from "./statement.ts";

/** Rows of a table; each is written when the commit of its place `n` is guarded. */
interface Part {
  before: Sql;
  fields: Fields;
  after: Sql;
}

const events = partOf("events", "version bigint, type text, v bigint, at bigint, data text, sum bigint");
const addresses = partOf("addresses", "address text", "ON CONFLICT DO NOTHING");
const questions = partOf(
  "questions",
  "questionId text, body text, askedAt bigint, settledAt bigint",
  "ON CONFLICT (question_id) DO UPDATE SET body = excluded.body, settled_at = excluded.settled_at",
);
const posts = postsPart();
const channelFields = fieldsOf("n bigint, channel text");

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
 * must agree, and the answer holds `settled`. Only the parts that this commit needs are in it.
 */
export function commitStatement(
  commit: Commit,
  { clock, announcement }: { clock: Pick<Clock, "now">; announcement: string | null },
): Sql {
  const { wake, inbox } = commit;
  const spokenAt = commit.addresses.map((address) => ({ n: 0, address }));
  const parts = [
    commit.expect === 0 ? launchGuard(commit) : progressGuard(commit),
    ...contents([commit]),
    ...written(addresses, spokenAt),
    ...(wake.length > 0 ? [woken(commit)] : []),
    ...(inbox ? [settled(inbox, clock)] : []),
  ];
  const answers = [
    ...(inbox ? [isSettled] : []),
    ...wakeUps([commit]),
    ...(wake.length > 0 ? [jobsOfWoken] : []),
    ...(announcement === null ? [] : [told(announcement)]),
  ];
  return sql`WITH ${list(parts)} SELECT ${list(answers)} FROM guard`;
}

/** Answers with the place `n` of each step that was written; see `stepsGuard` for the others. */
export function stepsStatement(steps: readonly Commit[]): Sql {
  const parts = [stepsGuard(steps), ...contents(steps)];
  return sql`WITH ${list(parts)} SELECT ${list([place, ...wakeUps(steps)])} FROM guard`;
}

function partOf(table: string, columns: string, conflict = ""): Part {
  const own = fieldsOf(columns);
  return {
    before: constant(
      `new_${table} AS (INSERT INTO ${table} (run_id, ${own.columns}) SELECT guard.run_id, ${own.picked} FROM guard, `,
    ),
    fields: fieldsOf(`n bigint, ${columns}`),
    after: constant(` WHERE r.n = guard.n ${conflict})`),
  };
}

/** Nothing for no rows. */
function written({ before, fields, after }: Part, given: readonly object[]): Sql[] {
  return given.length === 0 ? [] : [sql`${before}${rows(fields, given)}${after}`];
}

/** The rows of each commit, with its place. */
function numbered<T extends object>(commits: readonly Commit[], rowsOf: (commit: Commit) => T[]): object[] {
  return commits.flatMap((commit, n) => rowsOf(commit).map((row) => ({ ...row, n })));
}

function contents(commits: readonly Commit[]): Sql[] {
  return [
    ...written(events, numbered(commits, eventRecords)),
    ...written(posts, numbered(commits, postRecords)),
    ...written(questions, numbered(commits, questionRecords)),
  ];
}

/**
 * Jobs for what the commits make due. A run that somebody holds needs none: its holder sees the new version at its
 * next commit, and when the holder is gone the end of the lease is its wake-up.
 */
function wakeUps(commits: readonly Commit[]): Sql[] {
  const letGo = commits.some(({ epoch, release }) => epoch === null || release);
  const channels = numbered(commits, (commit) =>
    [...new Set(commit.posts.map(({ address }) => channelOf(address)))]
      .sort()
      .map((channel) => ({ channel })),
  );
  const postsOf = () =>
    sql`(SELECT count(${postsJobs}) FROM guard, ${rows(channelFields, channels)} WHERE r.n = guard.n)`;
  return [...(letGo ? [jobsOfGuarded] : []), ...(channels.length > 0 ? [postsOf()] : [])];
}

/**
 * A new body is a new revision, due at once, even of a post that was given up. The same body is nothing new;
 * the same body at another address only moves.
 */
function postsPart(): Part {
  const ifNew = (then: string, otherwise: string) =>
    `CASE WHEN outbox.body <> excluded.body THEN ${then} ELSE outbox.${otherwise} END`;
  return {
    before: constant(
      `new_posts AS (INSERT INTO outbox (id, run_id, key, address, channel, body, position, waiting_since,
       revision, delivered_revision, uncertain, attempts, given_up, next_at)
     SELECT id, guard.run_id, key, address, channel, body, position, "createdAt", 1, 0, 0, 0, 0, 0
     FROM guard, `,
    ),
    fields: fieldsOf(
      "n bigint, id text, key text, address text, channel text, body text, position bigint, createdAt bigint",
    ),
    after: constant(` WHERE r.n = guard.n
     ON CONFLICT (id) DO UPDATE SET
       address = excluded.address, channel = excluded.channel, body = excluded.body,
       revision = ${ifNew("outbox.revision + 1", "revision")},
       waiting_since = ${ifNew(
         `CASE WHEN outbox.delivered_revision < outbox.revision AND outbox.given_up = 0
            THEN outbox.waiting_since ELSE excluded.waiting_since END`,
         "waiting_since",
       )},
       attempts = ${ifNew("0", "attempts")}, given_up = ${ifNew("0", "given_up")},
       error = ${ifNew("NULL", "error")}, next_at = ${ifNew("0", "next_at")}
     WHERE outbox.body <> excluded.body OR outbox.address <> excluded.address)`),
  };
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
