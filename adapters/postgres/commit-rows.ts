/** The rows of a commit beside its run's own: each is written only when `guard` has the row of its commit. */
import { channelOf } from "../../src/core/actor.ts";
import type { Commit } from "../../src/core/ports/commit.ts";
import { eventRecords } from "../../src/core/store/event-rows.ts";
import { questionRecords } from "../../src/core/store/question-rows.ts";
import { postRecords } from "../../src/core/store/rows.ts";
import { constant, type Fields, fieldsOf, rows, type Sql, sql } from "./statement.ts";

/** Rows of one commit; of several commits each row has the place `n` of its own. */
interface Given {
  one: Fields;
  several: Fields;
}

/** A table, and how its rows are written when their commit is guarded. */
interface Part {
  named: Sql;
  before: Sql;
  given: Given;
  after: Sql;
}

/** `insert` is a statement of its own beside `guard`. */
export interface Insert {
  part: Part;
  insert: Sql;
}

export const events = partOf(
  "events",
  "version bigint, type text, v bigint, at bigint, data text, sum bigint",
);
const addresses = partOf("addresses", "address text", "ON CONFLICT DO NOTHING");
const questions = partOf(
  "questions",
  "questionId text, body text, askedAt bigint, settledAt bigint",
  "ON CONFLICT (question_id) DO UPDATE SET body = excluded.body, settled_at = excluded.settled_at",
);
const posts = postsPart();
const channels = givenOf("channel text");

/** What workers write with nearly every step, of each commit. */
export function contentsOf(commits: readonly Commit[]): Insert[] {
  return [
    ...inserted(events, commits, eventRecords),
    ...inserted(posts, commits, postRecords),
    ...inserted(questions, commits, questionRecords),
  ];
}

export function addressesOf(commit: Commit): Insert[] {
  return inserted(addresses, [commit], (given) => given.addresses.map((address) => ({ address })));
}

/** The channels that each commit speaks in, as `r`; null when none does. */
export function channelsOf(commits: readonly Commit[]): Sql | null {
  return guardedRows(channels, commits, ({ posts }) =>
    [...new Set(posts.map(({ address }) => channelOf(address)))].sort().map((channel) => ({ channel })),
  );
}

/** As one of several parts of a statement. */
export function named({ part, insert }: Insert): Sql {
  return sql`${part.named}${insert})`;
}

function givenOf(columns: string): Given {
  return { one: fieldsOf(columns), several: fieldsOf(`n bigint, ${columns}`) };
}

function partOf(table: string, columns: string, conflict = ""): Part {
  const given = givenOf(columns);
  const { columns: written, picked } = given.one;
  return {
    named: constant(`new_${table} AS (`),
    before: constant(`INSERT INTO ${table} (run_id, ${written}) SELECT guard.run_id, ${picked} FROM `),
    given,
    after: constant(` ${conflict}`),
  };
}

/** None for no rows. */
function inserted(part: Part, commits: readonly Commit[], recordsOf: RecordsOf): Insert[] {
  const rows = guardedRows(part.given, commits, recordsOf);
  return rows === null ? [] : [{ part, insert: sql`${part.before}${rows}${part.after}` }];
}

type RecordsOf = (commit: Commit) => object[];

/** The rows of each commit, as `r`, beside its row of `guard`; null for no rows. */
function guardedRows({ one, several }: Given, commits: readonly Commit[], recordsOf: RecordsOf): Sql | null {
  const [only, ...others] = commits;
  if (only && others.length === 0) {
    const records = recordsOf(only);
    return records.length === 0 ? null : sql`guard, ${rows(one, records)}`;
  }
  const records = commits.flatMap((commit, n) => recordsOf(commit).map((record) => ({ ...record, n })));
  return records.length === 0 ? null : sql`guard, ${rows(several, records)} WHERE r.n = guard.n`;
}

/**
 * A new body is a new revision, due at once, even of a post that was given up. The same body is nothing new;
 * the same body at another address only moves.
 */
function postsPart(): Part {
  const ifNew = (then: string, otherwise: string) =>
    `CASE WHEN outbox.body <> excluded.body THEN ${then} ELSE outbox.${otherwise} END`;
  return {
    named: constant("new_posts AS ("),
    before: constant(
      `INSERT INTO outbox (id, run_id, key, address, channel, body, position, waiting_since,
       revision, delivered_revision, uncertain, attempts, given_up, next_at)
     SELECT id, guard.run_id, key, address, channel, body, position, "createdAt", 1, 0, 0, 0, 0, 0
     FROM `,
    ),
    given: givenOf(
      "id text, key text, address text, channel text, body text, position bigint, createdAt bigint",
    ),
    after: constant(`
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
     WHERE outbox.body <> excluded.body OR outbox.address <> excluded.address`),
  };
}
