/** Keeps a kind of call under Slack's rate: says how long to wait instead of waiting. */
import type { Clock } from "../../../src/core/ports/clock.ts";

/** One call each `intervalMs`, `burst` of them at once after a quiet time. */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #burst: number;
  readonly #places = new Map<string, number>();
  #tokens: number;
  #filledAt: number;
  #next = 0;

  constructor(clock: Clock, intervalMs: number, burst: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = clock.steady();
  }

  /** ms that the sender of `id` has to wait; 0: send now. Whoever waits keeps its place in the queue. */
  wait(id: string): number {
    const now = this.#clock.steady();
    this.#fill(now);
    this.#forget(now);
    const place = this.#places.get(id);
    const isTurn = place === undefined ? this.#tokens >= 1 + this.#places.size : place <= now;
    if (isTurn && this.#tokens >= 1) {
      this.#tokens -= 1;
      this.#places.delete(id);
      return 0;
    }
    if (place === undefined) {
      const at = Math.max(this.#next, now + this.#untilToken());
      this.#next = at + this.#intervalMs;
      this.#places.set(id, at);
      return Math.max(1, at - now);
    }
    // Its turn has come, but somebody late took the token: it is next.
    return Math.max(1, place > now ? place - now : this.#untilToken());
  }

  /** The sender of `id` had its turn, but must wait for another process: it stays the first. */
  giveBack(id: string, ms: number): void {
    this.pause(ms);
    this.#places.set(id, this.#clock.steady() + ms);
  }

  /** Slack said 429: nothing more for so long. */
  pause(ms: number): void {
    this.#fill(this.#clock.steady());
    this.#tokens = Math.min(this.#tokens, 1 - ms / this.#intervalMs);
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) / this.#intervalMs);
    this.#filledAt = now;
  }

  #untilToken(): number {
    return Math.max(0, Math.ceil((1 - this.#tokens) * this.#intervalMs));
  }

  /** Places of senders that never came back. */
  #forget(now: number): void {
    for (const [id, at] of this.#places) if (at < now - 60_000) this.#places.delete(id);
  }
}
