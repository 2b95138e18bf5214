/** Counts failed deliveries, so that many of them are answered shortly and not logged each. */
import type { Clock } from "../../src/core/ports/clock.ts";

const WINDOW_MS = 60_000;
const MAX_FAILURES = 60;
/** More keys than this at once is an attack itself; the oldest are forgotten. */
const MAX_KEYS = 10_000;

/** By whatever key the caller counts under; in memory alone. */
export interface FailureLimiter {
  /** ms until the door opens again, or 0 when it is open. */
  closedFor(key: string): number;
  failed(key: string): void;
}

/** Sixty failures in a minute close the door until that minute is over. */
export function failureLimiter(clock: Clock): FailureLimiter {
  const windows = new Map<string, { since: number; failures: number }>();

  return {
    closedFor(key) {
      const window = windows.get(key);
      if (!window || window.failures < MAX_FAILURES) return 0;
      return Math.max(0, window.since + WINDOW_MS - clock.steady());
    },

    failed(key) {
      const now = clock.steady();
      const window = windows.get(key);
      if (window && now - window.since < WINDOW_MS) {
        window.failures++;
        return;
      }
      windows.delete(key);
      windows.set(key, { since: now, failures: 1 });
      const [oldest] = windows.keys();
      if (windows.size > MAX_KEYS && oldest !== undefined) windows.delete(oldest);
    },
  };
}
