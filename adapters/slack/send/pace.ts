/** Keeps a kind of call under Slack's rate: says how long to wait instead of waiting. */
import type { Clock } from "../../../src/core/ports/clock.ts";

export interface Pace {
  /** ms that the sender of `id` has to wait; 0: send now. Whoever waits keeps its place in the queue. */
  wait(id: string): number;
  /** Slack said 429: nothing more for so long. */
  pause(ms: number): void;
}

/** One call each `intervalMs`, `burst` of them at once after a quiet time. */
export function pace(clock: Clock, intervalMs: number, burst: number): Pace {
  let tokens = burst;
  let filledAt = clock.now();
  let next = 0;
  const places = new Map<string, number>();

  const fill = (now: number): void => {
    tokens = Math.min(burst, tokens + (now - filledAt) / intervalMs);
    filledAt = now;
  };
  const untilToken = () => Math.max(0, Math.ceil((1 - tokens) * intervalMs));
  const grant = (id: string): number => {
    tokens -= 1;
    places.delete(id);
    return 0;
  };
  /** Places of senders that never came back. */
  const forget = (now: number): void => {
    for (const [id, at] of places) if (at < now - 60_000) places.delete(id);
  };

  return {
    wait(id) {
      const now = clock.now();
      fill(now);
      forget(now);
      const place = places.get(id);
      const mayGo = place === undefined ? tokens >= 1 + places.size : place <= now && tokens >= 1;
      if (mayGo) return grant(id);
      if (place === undefined) {
        const at = Math.max(next, now + untilToken());
        next = at + intervalMs;
        places.set(id, at);
        return Math.max(1, at - now);
      }
      // Its turn has come, but somebody late took the token: it is next.
      return Math.max(1, place > now ? place - now : untilToken());
    },
    pause(ms) {
      fill(clock.now());
      tokens = Math.min(tokens, 1 - ms / intervalMs);
    },
  };
}
