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
import { fieldsOf, type Numbered, place, type Statement, statement } from "./statement.ts";

const eventFields = fieldsOf("version bigint, type text, v bigint, at bigint, data text, sum bigint");
const addressFields = fieldsOf("address text");
const questionFields = fieldsOf("questionId text, body text, askedAt bigint, settledAt bigint");
const postFields = fieldsOf(
  "id text, key text, address text, channel text, body text, position bigint, createdAt bigint",
);
const channelFields = [place, ...fieldsOf("channel text")];

/**
 * `guard` writes the run's row only at the expected version and epoch, and with the row's lock; every other part
 * reads from it, so a commit that is refused writes nothing, and is answered with no row. With an inbox key two rows
 * must agree, and the answer holds `settled`. Only the parts that this commit needs are in it; each combination is prepared once per connection, under
 * its own name.
 */
export function commitStatement(
  commit: Commit,
  { clock, announcement }: { clock: Pick<Clock, "now">; announcement: string | null },
): Statement {
  const s = statement();
  if (commit.expect === 0) launchGuard(s, commit);
  else progressGuard(s, commit);
  contents(s, [commit]);
  if (commit.addresses.length > 0) {
    const rows = commit.addresses.map((address) => ({ n: 0, address }));
    s.part("addresses", addressFields, rows, "ON CONFLICT DO NOTHING");
  }
  if (commit.wake.length > 0) {
    s.with(
      "woken",
      `UPDATE runs SET wake_at = 0, woken = 1 WHERE EXISTS (SELECT FROM guard) AND run_id IN (
         SELECT run_id FROM runs WHERE run_id = ANY(${s.value(runsToWake(commit), "text[]")})
         ORDER BY run_id FOR UPDATE)
       RETURNING run_id, wake_at, owner, epoch`,
    );
  }
  if (commit.inbox) settle(s, commit.inbox, clock);
  const told =
    announcement === null
      ? []
      : [
          `pg_notify(${s.value(announcementChannel, "text")},
             ${s.value(announcement, "text")} || CASE WHEN wake_at = 0 AND owner IS NULL THEN '${ifDue}' ELSE '' END)::text`,
        ];
  const woken = commit.wake.length > 0 ? [`(SELECT count(${addRunJob}) FROM woken WHERE ${isFree})`] : [];
  return s.end(
    [
      ...(commit.inbox ? ["EXISTS (SELECT FROM settled) AS settled"] : []),
      ...wakeUps(s, [commit]),
      ...woken,
      ...told,
    ],
    "guard",
  );
}

/** Answers with the place `n` of each step that was written; see `stepsGuard` for the others. */
export function stepsStatement(steps: readonly Commit[]): Statement {
  const s = statement();
  stepsGuard(s, steps);
  contents(s, steps);
  return s.end(["n", ...wakeUps(s, steps)], "guard");
}

type Builder = ReturnType<typeof statement>;

const isFree = "wake_at IS NOT NULL AND owner IS NULL";

/** The rows of each commit, with its place. */
function numbered<T extends object>(
  commits: readonly Commit[],
  rowsOf: (commit: Commit) => T[],
): (T & Numbered)[] {
  return commits.flatMap((commit, n) => rowsOf(commit).map((row) => ({ ...row, n })));
}

function contents(s: Builder, commits: readonly Commit[]): void {
  const events = numbered(commits, eventRecords);
  if (events.length > 0) s.part("events", eventFields, events);
  const changed = numbered(commits, postRecords);
  if (changed.length > 0) posts(s, changed);
  const questions = numbered(commits, questionRecords);
  if (questions.length > 0) {
    s.part(
      "questions",
      questionFields,
      questions,
      "ON CONFLICT (question_id) DO UPDATE SET body = excluded.body, settled_at = excluded.settled_at",
    );
  }
}

/**
 * Jobs for what the commits make due. A run that somebody holds needs none: its holder sees the new version at its
 * next commit, and when the holder is gone the end of the lease is its wake-up.
 */
function wakeUps(s: Builder, commits: readonly Commit[]): string[] {
  const letGo = commits.some(({ epoch, release }) => epoch === null || release);
  const channels = numbered(commits, ({ posts }) =>
    [...new Set(posts.map(({ address }) => channelOf(address)))].sort().map((channel) => ({ channel })),
  );
  return [
    ...(letGo ? [`(SELECT count(${addRunJob}) FROM guard WHERE ${isFree})`] : []),
    ...(channels.length > 0
      ? [`(SELECT count(${addPostsJob}) FROM guard, ${s.rows(channelFields, channels)} WHERE r.n = guard.n)`]
      : []),
  ];
}

/**
 * A new body is a new revision, due at once, even of a post that was given up. The same body is nothing new;
 * the same body at another address only moves.
 */
function posts(s: Builder, changed: readonly Numbered[]): void {
  const ifNew = (then: string, otherwise: string) =>
    `CASE WHEN outbox.body <> excluded.body THEN ${then} ELSE outbox.${otherwise} END`;
  s.with(
    "new_posts",
    `INSERT INTO outbox (id, run_id, key, address, channel, body, position, waiting_since,
       revision, delivered_revision, uncertain, attempts, given_up, next_at)
     SELECT id, guard.run_id, key, address, channel, body, position, "createdAt", 1, 0, 0, 0, 0, 0
     FROM guard, ${s.rows([place, ...postFields], changed)} WHERE r.n = guard.n
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
     WHERE outbox.body <> excluded.body OR outbox.address <> excluded.address`,
  );
}

function settle(s: Builder, inbox: NonNullable<Commit["inbox"]>, clock: Pick<Clock, "now">): void {
  s.with(
    "settled",
    `INSERT INTO inbox (source, key, body, received_at, state, run_id, outcome)
     SELECT ${s.value(inbox.source, "text")}, ${s.value(plainText(inbox.key), "text")}, '',
       ${s.value(clock.now(), "bigint")}, 'done', run_id, ${s.value(inbox.print ?? null, "text")} FROM guard
     ON CONFLICT (source, key) DO UPDATE
     SET state = 'done', body = '', run_id = excluded.run_id, outcome = excluded.outcome
     WHERE inbox.state = 'pending' RETURNING 1`,
  );
}
