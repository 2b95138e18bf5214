/** The outbox: which posts are due, and what became of each send. */

import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { type DeliveryOutcome, longestClaimMs, longestDelayMs } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { TellUnreadable } from "../../src/core/ports/unreadable.ts";
import { deliveryChange, dueOfPost, readable, rowOfPost } from "../../src/core/store/rows.ts";
import {
  alias,
  and,
  asc,
  count,
  eq,
  gt,
  gte,
  isNotNull,
  isNull,
  lt,
  lte,
  min,
  notExists,
  or,
  sql,
} from "./drizzle.ts";
import type { Write } from "./group.ts";
import { outbox } from "./schema.ts";

/** A post without its words. */
const place = {
  id: outbox.id,
  runId: outbox.runId,
  key: outbox.key,
  address: outbox.address,
  revision: outbox.revision,
  deliveredRevision: outbox.deliveredRevision,
  remoteId: outbox.remoteId,
  uncertain: outbox.uncertain,
  attempts: outbox.attempts,
  createdAt: outbox.waitingSince,
  nextAt: outbox.nextAt,
};
const columns = { ...place, body: outbox.body };

const undelivered = and(lt(outbox.deliveredRevision, outbox.revision), sql`${outbox.givenUp} = 0`);

type Delivering = Pick<
  Store,
  | "dueDeliveries"
  | "nextDelivery"
  | "beginDelivery"
  | "finishDelivery"
  | "hurryDeliveries"
  | "deliveries"
  | "outboxHealth"
>;

/** The outbox part of the store; each method is one transaction. */
export function deliverPosts(
  db: BetterSQLite3Database,
  write: Write,
  unreadable: TellUnreadable,
): Delivering {
  const sendable = and(undelivered, inOrder(db), inChannels);
  const now = sql.placeholder("now");
  const isSetBack = sql`${outbox.leaseUntil} > ${now} + ${longestClaimMs}`;
  const free = or(isNull(outbox.leaseUntil), lte(outbox.leaseUntil, now), isSetBack);
  const isTime = or(lte(outbox.nextAt, now), sql`${outbox.nextAt} > ${now} + ${longestDelayMs}`);
  const due = db
    .select(place)
    .from(outbox)
    .where(and(sendable, free, isTime))
    .orderBy(asc(outbox.waitingSince), asc(outbox.position))
    .limit(sql.placeholder("limit"))
    .prepare();
  const next = db
    .select({ at: min(sql`max(${outbox.nextAt}, coalesce(${outbox.leaseUntil}, 0))`).mapWith(Number) })
    .from(outbox)
    .where(sendable)
    .prepare();
  const unclaimed = db
    .select(columns)
    .from(outbox)
    .where(and(eq(outbox.id, sql.placeholder("id")), undelivered, free))
    .prepare();

  return {
    async dueDeliveries({ now, limit, channels }) {
      return due.all({ now, limit, channels: JSON.stringify(channels) }).map(dueOfPost);
    },
    async nextDelivery(channels) {
      return next.get({ channels: JSON.stringify(channels) })?.at ?? null;
    },
    beginDelivery: ({ id, now, leaseMs }) =>
      write(() => {
        const post = unclaimed.get({ id, now });
        if (!post) return null;
        db.update(outbox)
          .set({ uncertain: 1, leaseUntil: now + leaseMs })
          .where(eq(outbox.id, id))
          .run();
        return rowOfPost(post);
      }),
    finishDelivery: (id, outcome) =>
      write(() => db.update(outbox).set(changeFor(outcome)).where(eq(outbox.id, id)).run().changes > 0),
    hurryDeliveries: ({ prefix, now }) =>
      write(() => {
        const isThere = sql`substr(${outbox.address}, 1, ${prefix.length}) = ${prefix}`;
        db.update(outbox)
          .set({ nextAt: now, attempts: 0 })
          .where(and(undelivered, isNotNull(outbox.error), gt(outbox.nextAt, now), isThere))
          .run();
      }),
    async deliveries(runId) {
      const posts = db
        .select(columns)
        .from(outbox)
        .where(and(eq(outbox.runId, runId), gt(outbox.deliveredRevision, 0)));
      return readable(posts.orderBy(asc(outbox.position)).all(), rowOfPost, unreadable);
    },
    async outboxHealth(givenUpSince = 0) {
      const waiting = db
        .select({ undelivered: count(), oldestAt: min(outbox.waitingSince) })
        .from(outbox)
        .where(undelivered)
        .get();
      const gone = db
        .select({ givenUp: count() })
        .from(outbox)
        .where(and(sql`${outbox.givenUp} = 1`, gte(outbox.nextAt, givenUpSince)))
        .get();
      return {
        undelivered: waiting?.undelivered ?? 0,
        oldestAt: waiting?.oldestAt ?? null,
        givenUp: gone?.givenUp ?? 0,
      };
    },
  };
}

/** At the start: the one process that may have this file is here, so that nobody is sending anything. */
export function endClaims(db: BetterSQLite3Database): void {
  db.update(outbox)
    .set({ leaseUntil: null })
    .where(and(undelivered, isNotNull(outbox.leaseUntil)))
    .run();
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
