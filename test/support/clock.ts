/** A clock that a test sets: dates and intervals alike, unless it says otherwise. */
import type { Clock } from "../../src/core/ports/clock.ts";

export function clockOf(now: () => number, steady: () => number = now): Clock {
  return { now, steady };
}
