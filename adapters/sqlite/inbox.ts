/** The inbox: what arrived, under keys that make a redelivery harmless. */

import type Database from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { InboxKey } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { and, asc, eq, isNotNull, isNull, lt, ne, or, sql } from "./drizzle.ts";
import type { Write } from "./group.ts";
import { messageClaims } from "./inbox-claim.ts";
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

/** The inbox part of the store; each method is one transaction. */
export function receiveMessages(
  db: BetterSQLite3Database,
  client: Database.Database,
  write: Write,
): Receiving {
  const claims = messageClaims(client);
  const untried = client.prepare(
    "UPDATE inbox SET tried_at = NULL WHERE source = @source AND key = @key AND lease_until = @leaseUntil",
  );
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
    claimInbox: (claim) => write(() => claims(claim)),
    markUntried: (claimed) =>
      write(() => {
        for (const { source, key, leaseUntil } of claimed) untried.run({ source, key, leaseUntil });
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

/** At the start: the one process that may have this file is here, so that nobody is working on anything. */
export function endInboxClaims(db: BetterSQLite3Database): void {
  db.update(inbox)
    .set({ leaseUntil: null, triedAt: null })
    .where(and(isPending, isNotNull(inbox.leaseUntil)))
    .run();
}

function named(key: InboxKey) {
  return and(eq(inbox.source, key.source), eq(inbox.key, key.key));
}
