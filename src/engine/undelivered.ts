/** What becomes of a post that was not delivered: tried again, put off, or given up. */
import { ChannelError } from "../core/ports/channel.ts";
import type { DeliveryOutcome, DueDelivery } from "../core/ports/store.ts";
import type { UnreadableError } from "../core/ports/unreadable.ts";
import { backoffMs, type Rng } from "./backoff.ts";

/** With the waits between them about an hour: a platform may be down that long. */
const maxAttempts = 20;
export const longestWaitMs = 300_000;
/** After a send whose outcome is unknown, the platform gets this long to show it. */
const settleMs = 1_500;

export function tooOld(revision: number): DeliveryOutcome {
  return { type: "given_up", revision, error: "too old to be news" };
}

/** Its words stay as they are: those of a newer release wait for the upgrade. */
export function ofUnreadable(due: DueDelivery, error: UnreadableError, now: number): DeliveryOutcome {
  if (error.code === "storage_damaged") {
    return { type: "given_up", revision: due.revision, error: error.message };
  }
  return { type: "deferred", nextAt: now + longestWaitMs, uncertain: due.uncertain };
}

/** Of what a channel threw; anything but a ChannelError leaves open whether the post arrived. */
export function afterFailure(
  row: DueDelivery,
  error: unknown,
  { now, rng }: { now: number; rng: Rng },
): DeliveryOutcome {
  const known =
    error instanceof ChannelError
      ? error
      : new ChannelError(String(error), { uncertain: true, cause: error });
  if (known.retryAfterMs !== null && !known.uncertain && !known.permanent) {
    return { type: "deferred", nextAt: Math.ceil(now + known.retryAfterMs), uncertain: row.uncertain };
  }
  const attempt = row.attempts + 1;
  if (known.permanent || attempt >= maxAttempts) {
    return { type: "given_up", revision: row.revision, error: known.message };
  }
  const wait = backoffMs(attempt, known.retryAfterMs, rng, 1_000, longestWaitMs);
  const nextAt = now + (known.uncertain ? Math.max(wait, settleMs) : wait);
  return { type: "retry", nextAt, uncertain: known.uncertain, lost: known.lost, error: known.message };
}
