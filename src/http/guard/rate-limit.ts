/** A token bucket per key: a burst at once, then so many per second. */
import type { Clock } from "../../core/ports/clock.ts";
import { ProblemError } from "./problems.ts";

const maxKeys = 10_000;

/** Keeps at most 10,000 keys, in memory alone: each process counts for itself, and a restart forgives. */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;

  constructor(clock: Clock, rate: { burst: number; perSecond: number }) {
    this.#clock = clock;
    this.#burst = rate.burst;
    this.#perSecond = rate.perSecond;
  }

  /** Throws 429 `rate_limited` when the bucket is empty. */
  take(key: string): void {
    const now = this.#clock.steady();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now };
    const tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    if (tokens < 1) {
      const seconds = Math.ceil((1 - tokens) / this.#perSecond);
      throw new ProblemError("rate_limited", `Wait ${seconds} s, then send the request again.`, {
        headers: { "Retry-After": String(seconds) },
      });
    }
    // Full buckets say nothing: forgetting the oldest keys bounds the memory and forgives only who was quiet.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    if (this.#buckets.size > maxKeys) this.#buckets.delete(this.#buckets.keys().next().value ?? key);
  }
}
