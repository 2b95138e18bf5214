/** The inbox: what arrived, under keys that make a redelivery harmless. */

import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { InboxKey, Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { and, asc, eq, inArray, lt, ne, sql } from "./drizzle.ts";
import { inbox } from "./schema.ts";

const prunedAtOnce = 10_000;

const columns = {
  source: inbox.source,
  key: inbox.key,
  body: inbox.body,
  receivedAt: inbox.receivedAt,
  state: inbox.state,
  runId: inbox.runId,
  outcome: inbox.outcome,
};

type Receiving = Pick<Store, "receive" | "inboxRow" | "pendingInbox" | "settleInbox" | "pruneInbox">;

export function receiveMessages(db: NodePgDatabase): Receiving {
  return {
    async receive({ source, key, body, receivedAt }) {
      const message = { source, key: plainText(key), body: plainText(body), receivedAt };
      const insert = db.insert(inbox).values({ ...message, state: "pending" });
      const { rowCount } = await insert.onConflictDoNothing();
      return rowCount === 1 ? "new" : "duplicate";
    },
    async inboxRow(key) {
      const [row] = await db.select(columns).from(inbox).where(named(key));
      return row ?? null;
    },
    async pendingInbox(limit) {
      const pending = db.select(columns).from(inbox).where(sql`${inbox.state} = 'pending'`);
      return pending.orderBy(asc(inbox.seq)).limit(limit);
    },
    async settleInbox(key, { state, runId, outcome }) {
      await db
        .update(inbox)
        .set({ state, runId, outcome: plainText(outcome) })
        .where(named(key));
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

function named(key: InboxKey) {
  return and(eq(inbox.source, key.source), eq(inbox.key, plainText(key.key)));
}
