/** The inbox: what arrived, under keys that make a redelivery harmless. */

import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { type InboxKey, type InboxRow, longestClaimMs } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, lte, ne, notInArray, or, sql } from "./drizzle.ts";
import type { Write } from "./group.ts";
import { inbox } from "./schema.ts";

const columns = {
  source: inbox.source,
  key: inbox.key,
  body: inbox.body,
  receivedAt: inbox.receivedAt,
  state: inbox.state,
  runId: inbox.runId,
  outcome: inbox.outcome,
};

type Receiving = Pick<
  Store,
  "receive" | "inboxRow" | "pendingInbox" | "claimInbox" | "settleInbox" | "dropBodies" | "pruneInbox"
>;

const isPending = sql`${inbox.state} = 'pending'`;

/** The inbox part of the store; each method is one transaction. */
export function receiveMessages(db: BetterSQLite3Database, write: Write): Receiving {
  const insert = db
    .insert(inbox)
    .values({
      source: sql.placeholder("source"),
      key: sql.placeholder("key"),
      body: sql.placeholder("body"),
      receivedAt: sql.placeholder("receivedAt"),
      address: sql.placeholder("address"),
      state: "pending",
    })
    .onConflictDoNothing()
    .prepare();
  const pending = db
    .select(columns)
    .from(inbox)
    .where(isPending)
    .orderBy(asc(inbox.seq))
    .limit(sql.placeholder("limit"))
    .prepare();

  return {
    receive: ({ address = null, ...message }) =>
      write(() => {
        const { changes } = insert.run({ ...message, address, body: plainText(message.body) });
        return changes === 1 ? "new" : "duplicate";
      }),
    async inboxRow(key) {
      return db.select(columns).from(inbox).where(named(key)).get() ?? null;
    },
    async pendingInbox(limit) {
      return pending.all({ limit });
    },
    claimInbox: ({ now, leaseMs, limit, patienceMs, except = [] }) =>
      write(() => {
        const isSetBack = gt(inbox.leaseUntil, now + longestClaimMs);
        const free = or(isNull(inbox.leaseUntil), lte(inbox.leaseUntil, now), isSetBack);
        const mine = notInArray(inbox.source, [...except]);
        const some = db
          .select({ seq: inbox.seq })
          .from(inbox)
          .where(and(isPending, free, mine, isNext(now, patienceMs)));
        const rows = db
          .update(inbox)
          .set({ leaseUntil: now + leaseMs, triedAt: triedSince(now, patienceMs) })
          .where(inArray(inbox.seq, some.orderBy(asc(inbox.seq)).limit(limit)))
          .returning({ ...columns, seq: inbox.seq })
          .all();
        return inOrder(rows);
      }),
    settleInbox: (key, { state, runId, outcome, keepBody = false }) =>
      write(() => {
        const set = { state, runId, outcome: plainText(outcome), ...(keepBody ? {} : { body: "" }) };
        const { changes } = db
          .update(inbox)
          .set(set)
          .where(and(named(key), unsettled(runId, state)))
          .run();
        return changes === 1;
      }),
    dropBodies: (before) =>
      write(() => {
        const kept = and(
          lt(inbox.receivedAt, before),
          sql`${inbox.state} <> 'pending' AND ${inbox.body} <> ''`,
        );
        return db.update(inbox).set({ body: "" }).where(kept).run().changes;
      }),
    pruneInbox: (before) =>
      write(
        () =>
          db
            .delete(inbox)
            .where(and(lt(inbox.receivedAt, before), ne(inbox.state, "pending")))
            .run().changes,
      ),
  };
}

/** A message that this may settle: see `Store.settleInbox`. */
function unsettled(runId: string | null, state: "done" | "refused") {
  const committed = and(isNull(inbox.outcome), eq(inbox.runId, runId ?? ""));
  return or(isPending, ne(inbox.body, ""), state === "done" ? committed : undefined);
}

/** Nothing older of its place is pending that was not tried for long enough: see `Store.claimInbox`. */
function isNext(now: number, patienceMs: number) {
  const before = now - patienceMs;
  return sql`NOT EXISTS (SELECT 1 FROM inbox AS older
    WHERE older.state = 'pending' AND older.address = ${inbox.address} AND older.source = ${inbox.source}
      AND older.seq < ${inbox.seq}
      AND (older.tried_at IS NULL OR older.tried_at > ${before} OR older.lease_until <= ${before}))`;
}

/** Where nobody has tried for as long as one has patience, it begins anew. */
function triedSince(now: number, patienceMs: number) {
  return sql`CASE WHEN ${inbox.leaseUntil} > ${now - patienceMs} THEN min(coalesce(${inbox.triedAt}, ${now}), ${now}) ELSE ${now} END`;
}

/** At the start: the one process that may have this file is here, so that nobody is working on anything. */
export function endInboxClaims(db: BetterSQLite3Database): void {
  db.update(inbox)
    .set({ leaseUntil: null, triedAt: null })
    .where(and(isPending, isNotNull(inbox.leaseUntil)))
    .run();
}

/** An UPDATE returns its rows in no order. */
function inOrder(rows: readonly (InboxRow & { seq: number })[]): InboxRow[] {
  return [...rows].sort((a, b) => a.seq - b.seq).map(({ seq: _, ...row }) => row);
}

function named(key: InboxKey) {
  return and(eq(inbox.source, key.source), eq(inbox.key, key.key));
}
