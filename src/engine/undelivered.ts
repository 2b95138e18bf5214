/** What becomes of a post that was not delivered: tried again, put off, or given up. */

import { never } from "../core/never.ts";
import type { Delivery } from "../core/ports/channel.ts";
import { ChannelError, type SendFailure } from "../core/ports/channel-error.ts";
import {
  type DeliveryOutcome,
  type DueDelivery,
  longestDelayMs,
  type OutboxRow,
} from "../core/ports/deliveries.ts";
import type { UnreadableError } from "../core/ports/unreadable.ts";
import { thrown } from "../core/text/thrown.ts";
import { backoffMs, type Rng } from "./backoff.ts";

export const longestWaitMs = 300_000;
/** A place that takes nothing now changes by people's hands; the channel also hears of most such changes. */
const placeBaseMs = 60_000;
/** After a send whose outcome is unknown, the platform gets this long to show it. */
const settleMs = 1_500;
/** A body on which the channel itself breaks is drawn so often, over about an hour: a release may mend it. */
const maxBreakdowns = 20;

/** What a channel is told of a post. */
export function deliveryOf(row: OutboxRow): Delivery {
  const { id, runId, key, address, body, revision, remoteId, uncertain, createdAt } = row;
  return { id, runId, key, address, body, revision, remoteId, uncertain, createdAt };
}

interface Now {
  now: number;
  rng: Rng;
}

/** Its words stay as they are: those of a newer release wait for the upgrade. */
export function ofUnreadable(due: DueDelivery, error: UnreadableError, now: number): DeliveryOutcome {
  if (error.code === "storage_damaged") {
    const { revision, uncertain } = due;
    return { type: "given_up", at: now, revision, uncertain, error: error.message };
  }
  return { type: "deferred", nextAt: now + longestWaitMs, uncertain: due.uncertain };
}

/** Of what a channel threw; anything but a ChannelError is a bug in it and leaves open whether the post arrived. */
export function afterFailure(row: DueDelivery, error: unknown, at: Now): DeliveryOutcome {
  if (error instanceof ChannelError) return afterKnown(row, error, at);
  const failure: SendFailure =
    row.attempts + 1 >= maxBreakdowns ? { type: "body" } : { type: "uncertain", retryAfterMs: null };
  return afterKnown(row, new ChannelError(thrown(error), failure, { cause: error }), at);
}

function afterKnown(row: DueDelivery, error: ChannelError, { now, rng }: Now): DeliveryOutcome {
  const { failure, message, partly } = error;
  const attempt = row.attempts + 1;
  // What an earlier try may have left stays to be looked for, whatever this one met.
  const uncertain = row.uncertain || partly;
  const again = (nextAt: number, change: { uncertain?: boolean; lost?: boolean } = {}): DeliveryOutcome => {
    return { type: "retry", nextAt: Math.ceil(nextAt), uncertain, lost: false, error: message, ...change };
  };
  const { revision } = row;
  const givenUp: DeliveryOutcome = { type: "given_up", at: now, revision, uncertain, error: message };
  switch (failure.type) {
    case "body":
      return givenUp;
    case "place":
      return failure.gone ? givenUp : again(now + backoffMs(attempt, null, rng, placeBaseMs, longestDelayMs));
    case "way":
      return again(now + backoffMs(attempt, failure.retryAfterMs, rng, 1_000, longestWaitMs));
    case "uncertain": {
      const wait = backoffMs(attempt, failure.retryAfterMs, rng, 1_000, longestWaitMs);
      return again(now + Math.max(wait, settleMs), { uncertain: true });
    }
    case "wait":
      return {
        type: "deferred",
        nextAt: Math.ceil(now + Math.min(failure.retryAfterMs, longestDelayMs)),
        uncertain,
      };
    case "anew":
      return again(now, { uncertain: partly, lost: true });
    default:
      return never(failure);
  }
}

/** What the log says of an attempt. */
export const said = {
  delivered: "delivered",
  retry: "not delivered, tried again later",
  deferred: "not delivered, tried again later",
  given_up: "not delivered, given up",
} as const satisfies Record<DeliveryOutcome["type"], string>;
