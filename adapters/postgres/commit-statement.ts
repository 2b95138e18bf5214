/** The hot path: one commit as one statement, so as one round trip. */
import { channelOf } from "../../src/core/actor.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Commit } from "../../src/core/ports/commit.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { eventRecords } from "../../src/core/store/event-rows.ts";
import { questionRecords } from "../../src/core/store/question-rows.ts";
import { postRecords, runRecord, runsToWake } from "../../src/core/store/rows.ts";
import { announcementChannel } from "./announce.ts";
import { addPostsJob, addRunJob } from "./jobs.ts";
import { fieldsOf, type Statement, statement } from "./statement.ts";

const eventFields = fieldsOf("version bigint, type text, v bigint, at bigint, data text, sum bigint");
const addressFields = fieldsOf("address text");
const questionFields = fieldsOf("questionId text, body text, askedAt bigint, settledAt bigint");
const postFields = fieldsOf(
  "id text, key text, address text, channel text, body text, position bigint, createdAt bigint",
);
const launchFields = fieldsOf(
  `runId text, version bigint, status text, agent text, task text, channel text, principal text, personName text,
   address text, parentId text, steps bigint, tokens bigint, costMicros bigint, asking bigint, launchedAt bigint,
   updatedAt bigint, wakeAt bigint`,
);

/**
 * `guard` writes the run's row only at the expected version and epoch, and with the row's lock; every other part
 * reads from it, so a commit that is refused writes nothing. Answers `ran` and `settled`: with an inbox key two rows
 * must agree. Only the parts that this commit needs are in it; each combination is prepared once per connection, under
 * its own name.
 */
export function commitStatement(
  commit: Commit,
  { clock, announcement }: { clock: Pick<Clock, "now">; announcement: string | null },
): Statement {
  const s = statement();
  if (commit.expect === 0) launch(s, commit);
  else progress(s, commit);
  if (commit.events.length > 0) {
    s.part("events", eventFields, eventRecords(commit));
  }
  if (commit.posts.length > 0) posts(s, commit);
  if (commit.addresses.length > 0) {
    const rows = commit.addresses.map((address) => ({ address }));
    s.part("addresses", addressFields, rows, "ON CONFLICT DO NOTHING");
  }
  if (commit.questions.length > 0) {
    s.part(
      "questions",
      questionFields,
      questionRecords(commit),
      "ON CONFLICT (question_id) DO UPDATE SET body = excluded.body, settled_at = excluded.settled_at",
    );
  }
  if (commit.wake.length > 0) {
    s.with(
      "woken",
      `UPDATE runs SET wake_at = 0, woken = 1 WHERE EXISTS (SELECT FROM guard) AND run_id IN (
         SELECT run_id FROM runs WHERE run_id = ANY(${s.value(runsToWake(commit), "text[]")})
         ORDER BY run_id FOR UPDATE)
       RETURNING run_id, wake_at, owner`,
    );
  }
  if (commit.inbox) settle(s, commit.inbox, clock);
  const told =
    announcement === null
      ? []
      : [
          `(SELECT pg_notify(${s.value(announcementChannel, "text")}, ${s.value(announcement, "text")})::text FROM guard)`,
        ];
  return s.end(
    [
      "SELECT EXISTS (SELECT FROM guard) AS ran",
      `${commit.inbox ? "EXISTS (SELECT FROM settled)" : "true"} AS settled`,
      ...wakeUps(s, commit),
      ...told,
    ].join(", "),
  );
}

/**
 * Jobs for what this commit makes due. A run that somebody holds needs none: its holder sees the new version at its
 * next commit, and when the holder is gone the end of the lease is its wake-up.
 */
function wakeUps(s: Builder, commit: Commit): string[] {
  const free = "wake_at IS NOT NULL AND owner IS NULL";
  const own = commit.epoch === null || commit.release;
  const channels = [...new Set(commit.posts.map(({ address }) => channelOf(address)))].sort();
  return [
    ...(own ? [`(SELECT count(${addRunJob}) FROM guard WHERE ${free})`] : []),
    ...(commit.wake.length > 0 ? [`(SELECT count(${addRunJob}) FROM woken WHERE ${free})`] : []),
    ...(channels.length > 0
      ? [
          `(SELECT count(${addPostsJob}) FROM guard, unnest(${s.value(channels, "text[]")}) AS posts(channel))`,
        ]
      : []),
  ];
}

type Builder = ReturnType<typeof statement>;

function launch(s: Builder, commit: Commit): void {
  const row = { ...runRecord(commit.row), runId: commit.runId, version: commit.events.length };
  s.with(
    "guard",
    `INSERT INTO runs (${launchFields.map(({ column }) => column).join(", ")})
     SELECT r.* FROM ${s.rows(launchFields, [{ ...row, wakeAt: commit.wakeAt }])}
     WHERE ${s.value(commit.epoch, "bigint")} IS NULL
     ON CONFLICT DO NOTHING RETURNING run_id, wake_at, owner`,
  );
}

/** What a launch fixed never changes; a commit from outside never touches the lease. */
function progress(s: Builder, commit: Commit): void {
  const row = runRecord(commit.row);
  const epoch = s.value(commit.epoch, "bigint");
  const release = s.value(commit.release && commit.epoch !== null, "boolean");
  s.with(
    "guard",
    `UPDATE runs SET version = ${s.value(commit.expect + commit.events.length, "bigint")},
       status = ${s.value(row.status, "text")}, address = ${s.value(row.address, "text")},
       steps = ${s.value(row.steps, "bigint")}, tokens = ${s.value(row.tokens, "bigint")},
       cost_micros = ${s.value(row.costMicros, "bigint")}, asking = ${s.value(row.asking, "bigint")},
       updated_at = ${s.value(row.updatedAt, "bigint")},
       wake_at = CASE woken WHEN 1 THEN 0 ELSE ${s.value(commit.wakeAt, "bigint")} END,
       owner = CASE WHEN ${release} THEN NULL ELSE owner END,
       lease_until = CASE WHEN ${release} THEN NULL ELSE lease_until END
     WHERE run_id = ${s.value(commit.runId, "text")} AND version = ${s.value(commit.expect, "bigint")}
       AND (${epoch} IS NULL OR (epoch = ${epoch} AND owner IS NOT NULL))
     RETURNING run_id, wake_at, owner`,
  );
}

/**
 * A new body is a new revision, due at once, even of a post that was given up. The same body is nothing new;
 * the same body at another address only moves.
 */
function posts(s: Builder, commit: Commit): void {
  const ifNew = (then: string, otherwise: string) =>
    `CASE WHEN outbox.body <> excluded.body THEN ${then} ELSE outbox.${otherwise} END`;
  s.with(
    "new_posts",
    `INSERT INTO outbox (id, run_id, key, address, channel, body, position, waiting_since,
       revision, delivered_revision, uncertain, attempts, given_up, next_at)
     SELECT id, guard.run_id, key, address, channel, body, position, "createdAt", 1, 0, 0, 0, 0, 0
     FROM guard, ${s.rows(postFields, postRecords(commit))}
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
