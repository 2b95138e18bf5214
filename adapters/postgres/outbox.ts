/** The outbox: which posts are due, and what became of each send. */

import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { type DeliveryOutcome, longestDelayMs } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { TellUnreadable } from "../../src/core/ports/unreadable.ts";
import { plainText } from "../../src/core/store/codec.ts";
import {
  deliveryChange,
  dueOfPost,
  type OutboxRecord,
  readable,
  rowOfPost,
} from "../../src/core/store/rows.ts";
import { clockNow } from "./claims.ts";
import {
  alias,
  and,
  asc,
  count,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  min,
  notExists,
  or,
  sql,
} from "./drizzle.ts";
import { addRetryJob } from "./jobs.ts";
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

/** The outbox part of the store. Leases are measured by the database's clock, which all processes share. */
export function deliverPosts(db: NodePgDatabase, unreadable: TellUnreadable): Delivering {
  const sendable = (channels: readonly string[]) =>
    and(undelivered, inOrder(db), inArray(outbox.channel, [...channels]));
  const free = or(isNull(outbox.leaseUntil), lte(outbox.leaseUntil, clockNow));

  return {
    async dueDeliveries({ now, limit, channels }) {
      const isTime = or(lte(outbox.nextAt, now), gt(outbox.nextAt, now + longestDelayMs));
      const due = db
        .select(place)
        .from(outbox)
        .where(and(sendable(channels), free, isTime))
        .orderBy(asc(outbox.waitingSince), asc(outbox.position));
      return (await due.limit(limit)).map(dueOfPost);
    },
    async nextDelivery(channels) {
      const [next] = await db
        .select({ at: min(sql`greatest(${outbox.nextAt}, ${outbox.leaseUntil})`).mapWith(Number) })
        .from(outbox)
        .where(sendable(channels));
      return next?.at ?? null;
    },
    async beginDelivery({ id, leaseMs }) {
      const claim = { uncertain: 1, leaseUntil: sql`${clockNow} + ${leaseMs}` };
      const unclaimed = and(eq(outbox.id, id), undelivered, free);
      for (;;) {
        const [post] = await db.select(columns).from(outbox).where(unclaimed);
        if (!post) return null;
        // Before the claim: a post that can't be read stays free.
        const row = rowOfPost(post);
        const { rowCount } = await db
          .update(outbox)
          .set(claim)
          .where(and(unclaimed, isStill(post)));
        if (rowCount === 1) return row;
      }
    },
    async finishDelivery(id, outcome) {
      const finished = db.update(outbox).set(changeFor(outcome)).where(eq(outbox.id, id));
      if (!("nextAt" in outcome)) return ((await finished).rowCount ?? 0) > 0;
      const due = finished.returning({ id: outbox.id, channel: outbox.channel, next_at: outbox.nextAt });
      const { rows } = await db.execute(
        sql`WITH due AS (${due.getSQL()}) SELECT ${sql.raw(addRetryJob)} FROM due`,
      );
      return rows.length > 0;
    },
    async hurryDeliveries({ prefix, now }) {
      const isThere = sql`starts_with(${outbox.address}, ${plainText(prefix)})`;
      await db
        .update(outbox)
        .set({ nextAt: now, attempts: 0 })
        .where(and(undelivered, isNotNull(outbox.error), gt(outbox.nextAt, now), isThere));
    },
    async deliveries(runId) {
      const posts = db
        .select(columns)
        .from(outbox)
        .where(and(eq(outbox.runId, plainText(runId)), gt(outbox.deliveredRevision, 0)));
      return readable(await posts.orderBy(asc(outbox.position)), rowOfPost, unreadable);
    },
    async outboxHealth(givenUpSince = 0) {
      const [waiting] = await db
        .select({ undelivered: count(), oldestAt: min(outbox.waitingSince) })
        .from(outbox)
        .where(undelivered);
      const [gone] = await db
        .select({ givenUp: count() })
        .from(outbox)
        .where(and(sql`${outbox.givenUp} = 1`, gte(outbox.nextAt, givenUpSince)));
      return {
        undelivered: waiting?.undelivered ?? 0,
        oldestAt: waiting?.oldestAt ?? null,
        givenUp: gone?.givenUp ?? 0,
      };
    },
  };
}

/** Nothing has changed of what a sender goes by: no new words, no move, no other send in between. */
function isStill(
  post: Pick<OutboxRecord, "revision" | "address" | "deliveredRevision" | "uncertain" | "attempts">,
) {
  return and(
    eq(outbox.revision, post.revision),
    eq(outbox.address, post.address),
    eq(outbox.deliveredRevision, post.deliveredRevision),
    eq(outbox.uncertain, post.uncertain),
    eq(outbox.attempts, post.attempts),
  );
}

/** An edit may go at any time; a first post waits for the first posts before it in its thread. */
function inOrder(db: NodePgDatabase) {
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
