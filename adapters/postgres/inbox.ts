/** The inbox: what arrived, under keys that make a redelivery harmless. */

import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Pool } from "pg";
import type { InboxKey } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { and, asc, eq, inArray, isNull, lt, ne, or, sql } from "./drizzle.ts";
import { claimMessages, markUntried } from "./inbox-claim.ts";
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
  | "receive"
  | "inboxRow"
  | "pendingInbox"
  | "claimInbox"
  | "markUntried"
  | "settleInbox"
  | "dropBodies"
  | "pruneInbox"
>;

const isPending = sql`${inbox.state} = 'pending'`;

/** The inbox part of the store; each method is one statement. */
export function receiveMessages(db: NodePgDatabase, pool: Pool): Receiving {
  return {
    async receive({ source, key, body, receivedAt, address = null }) {
      const { rowCount } = await db.execute(sql`
        WITH received AS (
          INSERT INTO inbox (source, key, body, received_at, state, address)
          VALUES (${source}, ${plainText(key)}, ${plainText(body)}, ${receivedAt}, 'pending', ${address && plainText(address)})
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
    claimInbox: (claim) => claimMessages(pool, claim),
    markUntried: (claimed) => markUntried(pool, claimed),
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

function named(key: InboxKey) {
  return and(eq(inbox.source, key.source), eq(inbox.key, plainText(key.key)));
}
