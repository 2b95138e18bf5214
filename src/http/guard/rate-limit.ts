/** A token bucket per key: a burst at once, then so many per second. */
import type { Budgets } from "../../core/ports/budgets.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { ProblemError } from "./problems.ts";

const maxKeys = 10_000;
/** A process takes this part of a burst at once, so that not each request asks the database. */
const shareOfBurst = 1 / 20;

/** `name` begins the names of what is counted together with other processes; `budgets` null: there are none. */
export interface RateLimitOptions {
  clock: Clock;
  rate: { burst: number; perSecond: number };
  name: string;
  budgets: Budgets | null;
}

interface Bucket {
  tokens: number;
  at: number;
  /** Taken from the common bucket and not spent yet. */
  share: number;
  /** Until then, by the steady clock, the common bucket is known to be empty. */
  emptyUntil: number;
}

/**
 * Keeps at most 10,000 keys in memory, and a restart of all processes forgives. Of several processes each keeps the
 * whole limit for itself first, so that a flood at one of them costs no look-up; what passes is paid from a share of
 * the common bucket. Together they let through no more than the limit and one share each.
 */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();
  readonly #options: RateLimitOptions;

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** Throws 429 `rate_limited` when the bucket is empty. */
  async take(key: string): Promise<void> {
    const { clock, rate, budgets } = this.#options;
    const now = clock.steady();
    const bucket = this.#filled(key, now);
    if (bucket.tokens < 1) throw tooMany(((1 - bucket.tokens) / rate.perSecond) * 1000);
    if (bucket.emptyUntil > now) throw tooMany(bucket.emptyUntil - now);
    bucket.tokens -= 1;
    if (budgets === null) return;
    if (bucket.share < 1) await this.#refill(key, bucket, budgets);
    bucket.share -= 1;
  }

  async #refill(key: string, bucket: Bucket, budgets: Budgets): Promise<void> {
    const { clock, rate, name } = this.#options;
    const budget = { burst: rate.burst, everyMs: 1000 / rate.perSecond };
    const most = Math.max(1, Math.floor(rate.burst * shareOfBurst));
    const { taken, waitMs } = await budgets.take(`${name}/${key}`, budget, most);
    bucket.share += taken;
    if (taken > 0) return;
    bucket.emptyUntil = clock.steady() + waitMs;
    throw tooMany(waitMs);
  }

  #filled(key: string, now: number): Bucket {
    const { burst, perSecond } = this.#options.rate;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now, share: 0, emptyUntil: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    // Full buckets say nothing: forgetting the oldest keys bounds the memory and forgives only who was quiet.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > maxKeys) this.#buckets.delete(this.#buckets.keys().next().value ?? key);
    return bucket;
  }
}

function tooMany(waitMs: number): ProblemError {
  const seconds = Math.ceil(waitMs / 1000);
  return new ProblemError("rate_limited", `Wait ${seconds} s, then send the request again.`, {
    headers: { "Retry-After": String(seconds) },
  });
}
