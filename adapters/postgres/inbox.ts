/** The inbox: what arrived, under keys that make a redelivery harmless. */

import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { type InboxKey, type InboxRow, longestClaimMs } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { clockNow } from "./claims.ts";
import { and, asc, eq, gt, inArray, isNull, lt, lte, ne, notInArray, or, sql } from "./drizzle.ts";
import { addInboxJob } from "./jobs.ts";
import { inbox } from "./schema.ts";

/** So many rows are deleted in one statement. */
export const prunedAtOnce = 10_000;

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

/** The inbox part of the store; each method is one statement. */
export function receiveMessages(db: NodePgDatabase): Receiving {
  return {
    async receive({ source, key, body, receivedAt, address = null }) {
      const { rowCount } = await db.execute(sql`
        WITH received AS (
          INSERT INTO inbox (source, key, body, received_at, state, address)
          VALUES (${source}, ${plainText(key)}, ${plainText(body)}, ${receivedAt}, 'pending', ${address})
          ON CONFLICT DO NOTHING RETURNING source
        ) SELECT ${sql.raw(addInboxJob)} FROM received`);
      return rowCount === 1 ? "new" : "duplicate";
    },
    async inboxRow(key) {
      const [row] = await db.select(columns).from(inbox).where(named(key));
      return row ?? null;
    },
    async pendingInbox(limit) {
      const pending = db.select(columns).from(inbox).where(isPending);
      return pending.orderBy(asc(inbox.seq)).limit(limit);
    },
    async claimInbox({ leaseMs, limit, patienceMs, except = [] }) {
      // By the database's clock: processes on several machines must agree on when a lease is over.
      const isSetBack = gt(inbox.leaseUntil, sql`${clockNow} + ${longestClaimMs}`);
      const free = or(isNull(inbox.leaseUntil), lte(inbox.leaseUntil, clockNow), isSetBack);
      const some = db
        .select({ seq: inbox.seq })
        .from(inbox)
        .where(and(isPending, free, notInArray(inbox.source, [...except]), isNext(patienceMs)))
        .orderBy(asc(inbox.seq))
        .limit(limit)
        .for("update", { skipLocked: true });
      const rows = await db
        .update(inbox)
        .set({ leaseUntil: sql`${clockNow} + ${leaseMs}`, triedAt: triedSince(patienceMs) })
        .where(inArray(inbox.seq, some))
        .returning({ ...columns, seq: inbox.seq });
      return inOrder(rows);
    },
    async settleInbox(key, { state, runId, outcome, keepBody = false }) {
      const set = { state, runId, outcome: plainText(outcome), ...(keepBody ? {} : { body: "" }) };
      const { rowCount } = await db
        .update(inbox)
        .set(set)
        .where(and(named(key), unsettled(runId, state)));
      return rowCount === 1;
    },
    async dropBodies(before) {
      const kept = and(
        lt(inbox.receivedAt, before),
        sql`${inbox.state} <> 'pending' AND ${inbox.body} <> ''`,
      );
      return (await db.update(inbox).set({ body: "" }).where(kept)).rowCount ?? 0;
    },
    async pruneInbox(before) {
      const settled = and(lt(inbox.receivedAt, before), ne(inbox.state, "pending"));
      // Some at a time: after a long stop there may be more than one statement may take the time for.
      const some = db.select({ seq: inbox.seq }).from(inbox).where(settled).limit(prunedAtOnce);
      for (let forgotten = 0; ; ) {
        const { rowCount } = await db.delete(inbox).where(inArray(inbox.seq, some));
        forgotten += rowCount ?? 0;
        if ((rowCount ?? 0) < prunedAtOnce) return forgotten;
      }
    },
  };
}

/** A message that this may settle: see `Store.settleInbox`. */
function unsettled(runId: string | null, state: "done" | "refused") {
  const committed = and(isNull(inbox.outcome), eq(inbox.runId, runId ?? ""));
  return or(isPending, ne(inbox.body, ""), state === "done" ? committed : undefined);
}

/**
 * Nothing older of its place is pending that was not tried for long enough: see `Store.claimInbox`. Pending in the words
 * of its own index: through `inbox_pending` each message would go over all that are older, whatever their place.
 */
function isNext(patienceMs: number) {
  const before = sql`${clockNow} - ${patienceMs}`;
  return sql`NOT EXISTS (SELECT FROM inbox AS older
    WHERE older.state <> 'done' AND older.state <> 'refused' AND older.address = ${inbox.address} AND older.source = ${inbox.source}
      AND older.seq < ${inbox.seq}
      AND (older.tried_at IS NULL OR older.tried_at > ${before} OR older.lease_until <= ${before}))`;
}

/** Where nobody has tried for as long as one has patience, it begins anew. */
function triedSince(patienceMs: number) {
  const isTried = sql`${inbox.leaseUntil} > ${clockNow} - ${patienceMs}`;
  return sql`CASE WHEN ${isTried} THEN least(${inbox.triedAt}, ${clockNow}) ELSE ${clockNow} END`;
}

/** An UPDATE returns its rows in no order. */
function inOrder(rows: readonly (InboxRow & { seq: number })[]): InboxRow[] {
  return [...rows].sort((a, b) => a.seq - b.seq).map(({ seq: _, ...row }) => row);
}

function named(key: InboxKey) {
  return and(eq(inbox.source, key.source), eq(inbox.key, plainText(key.key)));
}
