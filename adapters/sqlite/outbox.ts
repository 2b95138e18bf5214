/** The outbox: which posts are due, and what became of each send. */

import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { DeliveryOutcome, Store } from "../../src/core/ports.ts";
import { deliveryChange, rowOfPost } from "../../src/core/rows.ts";
import { alias, and, asc, count, eq, gt, lt, lte, min, notExists, or, sql } from "./drizzle.ts";
import type { Write } from "./group.ts";
import { outbox } from "./schema.ts";

const columns = {
  id: outbox.id,
  runId: outbox.runId,
  key: outbox.key,
  address: outbox.address,
  body: outbox.body,
  revision: outbox.revision,
  deliveredRevision: outbox.deliveredRevision,
  remoteId: outbox.remoteId,
  uncertain: outbox.uncertain,
  attempts: outbox.attempts,
  createdAt: outbox.waitingSince,
  nextAt: outbox.nextAt,
};

const undelivered = and(lt(outbox.deliveredRevision, outbox.revision), sql`${outbox.givenUp} = 0`);

type Delivering = Pick<
  Store,
  "dueDeliveries" | "nextDelivery" | "beginDelivery" | "finishDelivery" | "deliveries" | "outboxHealth"
>;

export function deliverPosts(db: BetterSQLite3Database, write: Write): Delivering {
  const sendable = and(undelivered, inOrder(db), inChannels);
  const due = db
    .select(columns)
    .from(outbox)
    .where(and(sendable, lte(outbox.nextAt, sql.placeholder("now"))))
    .orderBy(asc(outbox.waitingSince), asc(outbox.position))
    .limit(sql.placeholder("limit"))
    .prepare();
  const next = db
    .select({ at: min(outbox.nextAt) })
    .from(outbox)
    .where(sendable)
    .prepare();
  const begin = db
    .update(outbox)
    .set({ uncertain: 1 })
    .where(eq(outbox.id, sql.placeholder("id")))
    .prepare();

  return {
    async dueDeliveries({ now, limit, channels }) {
      return due.all({ now, limit, channels: JSON.stringify(channels) }).map(rowOfPost);
    },
    async nextDelivery(channels) {
      return next.get({ channels: JSON.stringify(channels) })?.at ?? null;
    },
    beginDelivery: (id) =>
      write(() => {
        begin.run({ id });
      }),
    finishDelivery: (id, outcome) =>
      write(() => {
        db.update(outbox).set(changeFor(outcome)).where(eq(outbox.id, id)).run();
      }),
    async deliveries(runId) {
      const posts = db
        .select(columns)
        .from(outbox)
        .where(and(eq(outbox.runId, runId), gt(outbox.deliveredRevision, 0)));
      return posts.orderBy(asc(outbox.position)).all().map(rowOfPost);
    },
    async outboxHealth() {
      const waiting = db
        .select({ undelivered: count(), oldestAt: min(outbox.waitingSince) })
        .from(outbox)
        .where(undelivered)
        .get();
      const gone = db.select({ givenUp: count() }).from(outbox).where(sql`${outbox.givenUp} = 1`).get();
      return {
        undelivered: waiting?.undelivered ?? 0,
        oldestAt: waiting?.oldestAt ?? null,
        givenUp: gone?.givenUp ?? 0,
      };
    },
  };
}

/** An edit may go at any time; a first post waits for the first posts before it in its thread. */
function inOrder(db: BetterSQLite3Database) {
  const earlier = alias(outbox, "earlier");
  const ahead = and(
    eq(earlier.runId, outbox.runId),
    eq(earlier.address, outbox.address),
    lt(earlier.position, outbox.position),
    eq(earlier.deliveredRevision, 0),
    eq(earlier.givenUp, 0),
  );
  return or(
    gt(outbox.deliveredRevision, 0),
    notExists(db.select({ id: earlier.id }).from(earlier).where(ahead)),
  );
}

const inChannels = sql`${outbox.channel} IN (SELECT value FROM json_each(${sql.placeholder("channels")}))`;

function changeFor(outcome: DeliveryOutcome) {
  const { set, failed, givenUp } = deliveryChange(outcome);
  return {
    ...set,
    ...(failed ? { attempts: sql`${outbox.attempts} + 1` } : {}),
    ...(givenUp === undefined
      ? {}
      : { givenUp: sql`CASE WHEN ${outbox.revision} > ${givenUp} THEN 0 ELSE 1 END` }),
  };
}
