/** The hot path: one commit as prepared statements inside the shared transaction. */

import type { AnyColumn, SQL } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Commit, Committed } from "../../src/core/ports/commit.ts";
import { eventRecords } from "../../src/core/store/event-rows.ts";
import { questionRecords } from "../../src/core/store/question-rows.ts";
import { postRecords, refusalOf, runRecord, runsToWake } from "../../src/core/store/rows.ts";
import { isEnded } from "../../src/core/text/status.ts";
import { and, eq, inArray, sql } from "./drizzle.ts";
import { forgetRun } from "./forget.ts";
import { preparePlaces, takenAt } from "./place.ts";
import { events, inbox, outbox, questions, runs } from "./schema.ts";

/** A job for the group's transaction: checks first, then writes everything. */
export function commitJob(
  db: BetterSQLite3Database,
  clock: Pick<Clock, "now">,
): (commit: Commit) => Committed {
  const find = prepareFind(db);
  const put = preparePut(db);

  return (commit) => {
    const { runId, inbox: key } = commit;
    const found = {
      taken: commit.only ? takenAt(db, commit.only, runId) : null,
      run: find.run.get({ runId }) ?? null,
      inbox: key ? (find.inbox.get({ ...key }) ?? null) : null,
    };
    const refusal = refusalOf(commit, found);
    if (refusal) return refusal;

    const version = commit.expect + commit.events.length;
    const wakeAt = found.run?.woken === 1 ? 0 : commit.wakeAt;
    const record = { ...runRecord(commit.row), runId, version, wakeAt };
    if (!found.run) put.launch.run({ ...record, ...heldBy(commit.claim, clock) });
    else {
      put.progress.run(record);
      if (isTurn(found.run, record)) put.turn.run(record);
      if (commit.release && commit.epoch !== null) put.release.run({ runId });
    }
    for (const event of eventRecords(commit)) put.event.run({ ...event });
    for (const post of postRecords(commit)) put.post.run({ ...post });
    for (const address of commit.addresses) put.address.run({ address, runId });
    if (isEnded(commit.row.status)) put.left.run({ runId });
    for (const question of questionRecords(commit)) put.question.run({ ...question });
    if (key) put.inbox.run({ outcome: key.print ?? null, ...key, runId, receivedAt: clock.now() });
    if (commit.wake.length > 0) wake(db, runsToWake(commit));
    if (commit.forgets) forgetRun(db, commit, commit.forgets);
    return { ok: true, version, ...(commit.claim ? { claimed: true } : {}) };
  };
}

function heldBy(claim: Commit["claim"], clock: Pick<Clock, "now">) {
  return claim
    ? { owner: claim.owner, leaseUntil: clock.now() + claim.leaseMs, epoch: 1 }
    : { owner: null, leaseUntil: null, epoch: 0 };
}

/** Whether anything changes that an index holds: most commits only progress, and then leave every index alone. */
function isTurn(before: Turn, after: Turn): boolean {
  return before.status !== after.status || before.asking !== after.asking || before.wakeAt !== after.wakeAt;
}

type Turn = Pick<typeof runs.$inferSelect, "status" | "asking" | "wakeAt">;

function prepareFind(db: BetterSQLite3Database) {
  return {
    run: db
      .select({
        version: runs.version,
        epoch: runs.epoch,
        owner: runs.owner,
        status: runs.status,
        asking: runs.asking,
        wakeAt: runs.wakeAt,
        woken: runs.woken,
      })
      .from(runs)
      .where(eq(runs.runId, sql.placeholder("runId")))
      .prepare(),
    inbox: db
      .select({ state: inbox.state, runId: inbox.runId })
      .from(inbox)
      .where(and(eq(inbox.source, sql.placeholder("source")), eq(inbox.key, sql.placeholder("key"))))
      .prepare(),
  };
}

/** What a launch fixes for ever, what every step moves on, what turns a run's course (and is indexed). */
const fixed = [
  "runId",
  "agent",
  "task",
  "channel",
  "principal",
  "personName",
  "parentId",
  "launchedAt",
] as const;
const progress = ["version", "address", "steps", "tokens", "costMicros", "updatedAt"] as const;
const lease = ["owner", "leaseUntil", "epoch"] as const;
const turn = ["status", "asking", "wakeAt"] as const;

function preparePut(db: BetterSQLite3Database) {
  const thisRun = eq(runs.runId, sql.placeholder("runId"));
  return {
    launch: db
      .insert(runs)
      .values(placeholders([...fixed, ...progress, ...turn, ...lease]))
      .prepare(),
    progress: db.update(runs).set(expressions(progress)).where(thisRun).prepare(),
    turn: db.update(runs).set(expressions(turn)).where(thisRun).prepare(),
    release: db.update(runs).set({ owner: null, leaseUntil: null }).where(thisRun).prepare(),
    event: db
      .insert(events)
      .values(placeholders(["runId", "version", "type", "v", "at", "data", "sum"]))
      .prepare(),
    post: preparePost(db),
    ...preparePlaces(db),
    question: db
      .insert(questions)
      .values(placeholders(["questionId", "runId", "body", "askedAt", "settledAt"]))
      .onConflictDoUpdate({
        target: questions.questionId,
        set: { body: sql`excluded.body`, settledAt: sql`excluded.settled_at` },
      })
      .prepare(),
    inbox: db
      .insert(inbox)
      .values({
        ...placeholders(["source", "key", "receivedAt", "runId", "outcome"]),
        body: "",
        state: "done",
      })
      .onConflictDoUpdate({
        target: [inbox.source, inbox.key],
        set: { state: "done", body: "", runId: sql`excluded.run_id`, outcome: sql`excluded.outcome` },
      })
      .prepare(),
  };
}

/**
 * A new body is a new revision, due at once, even of a post that was given up. The same body is nothing new;
 * the same body at another address only moves.
 */
function preparePost(db: BetterSQLite3Database) {
  const ifNew = (then: SQL, otherwise: AnyColumn) =>
    sql`CASE WHEN ${outbox.body} <> excluded.body THEN ${then} ELSE ${otherwise} END`;
  const stillWaits = sql`${outbox.deliveredRevision} < ${outbox.revision} AND ${outbox.givenUp} = 0`;
  return db
    .insert(outbox)
    .values({
      ...placeholders(["id", "runId", "key", "address", "channel", "body", "position"]),
      waitingSince: sql.placeholder("createdAt"),
      revision: 1,
      deliveredRevision: 0,
      uncertain: 0,
      attempts: 0,
      givenUp: 0,
      nextAt: 0,
    })
    .onConflictDoUpdate({
      target: outbox.id,
      set: {
        address: sql`excluded.address`,
        channel: sql`excluded.channel`,
        body: sql`excluded.body`,
        revision: ifNew(sql`${outbox.revision} + 1`, outbox.revision),
        waitingSince: ifNew(
          sql`CASE WHEN ${stillWaits} THEN ${outbox.waitingSince} ELSE excluded.waiting_since END`,
          outbox.waitingSince,
        ),
        attempts: ifNew(sql`0`, outbox.attempts),
        givenUp: ifNew(sql`0`, outbox.givenUp),
        error: ifNew(sql`NULL`, outbox.error),
        nextAt: ifNew(sql`0`, outbox.nextAt),
      },
      setWhere: sql`${outbox.body} <> excluded.body OR ${outbox.address} <> excluded.address`,
    })
    .prepare();
}

/** Rare (a child run has ended), so not prepared. `woken` outlives whatever the run's worker commits meanwhile. */
function wake(db: BetterSQLite3Database, runIds: string[]): void {
  db.update(runs).set({ wakeAt: 0, woken: 1 }).where(inArray(runs.runId, runIds)).run();
}

function placeholders<K extends string>(names: readonly K[]): Record<K, ReturnType<typeof sql.placeholder>> {
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as never;
}

function expressions<K extends string>(names: readonly K[]): Record<K, ReturnType<typeof sql>> {
  return Object.fromEntries(names.map((name) => [name, sql`${sql.placeholder(name)}`])) as never;
}
