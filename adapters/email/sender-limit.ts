/** How much one sender may cause in an hour. */
import type { Clock } from "../../src/core/ports/clock.ts";

const HOUR_MS = 3_600_000;
/** Runs that one sender may start in an hour. */
export const MAX_LAUNCHES = 20;
const MAX_WORDS = 20;
const MAX_SENDERS = 10_000;

/** Senders by address. In memory: a restart forgets what was counted. */
export interface SenderLimit {
  /** One more run for this sender? Counts it. */
  take(sender: string): boolean;
  /** One more mail of ours that only says why not? Counts it. */
  mayTell(sender: string): boolean;
  /** Senders who have reached their limit of runs at this moment. */
  waiting(): number;
}

/** Counts over the last hour of the steady clock; the senders who were quiet longest are forgotten first. */
export function senderLimit(clock: Clock): SenderLimit {
  const launches = new Map<string, number[]>();
  const words = new Map<string, number[]>();

  function countIn(map: Map<string, number[]>, sender: string, most: number): boolean {
    const now = clock.steady();
    const recent = (map.get(sender) ?? []).filter((at) => now - at < HOUR_MS);
    if (recent.length >= most) return false;
    map.delete(sender);
    map.set(sender, [...recent, now]);
    const [oldest] = map.keys();
    if (map.size > MAX_SENDERS && oldest !== undefined) map.delete(oldest);
    return true;
  }

  return {
    take: (sender) => countIn(launches, sender, MAX_LAUNCHES),
    mayTell: (sender) => countIn(words, sender, MAX_WORDS),
    waiting() {
      const now = clock.now();
      const isFull = (times: number[]) => times.filter((at) => now - at < HOUR_MS).length >= MAX_LAUNCHES;
      return [...launches.values()].filter(isFull).length;
    },
  };
}
