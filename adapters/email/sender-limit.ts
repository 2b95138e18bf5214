/** How much one sender may cause in an hour, over all processes where there are several. */
import type { Budgets } from "../../src/core/ports/budgets.ts";
import type { Clock } from "../../src/core/ports/clock.ts";

const HOUR_MS = 3_600_000;
/** Runs that one sender may start in an hour. */
export const MAX_LAUNCHES = 20;
const MAX_WORDS = 20;
const MAX_SENDERS = 10_000;

/** Senders by address. What this process counts is in memory: a restart forgets it. */
export interface SenderLimit {
  /** One more run for this sender? Counts it. */
  take(sender: string): Promise<boolean>;
  /** One more mail of ours that only says why not? Counts it. */
  mayTell(sender: string): Promise<boolean>;
  /** Senders who have reached their limit of runs at this moment, as far as this process knows. */
  waiting(): number;
}

/** `budgets`: null for a process that is alone on its store. */
export function senderLimit(clock: Clock, budgets: Budgets | null): SenderLimit {
  const launches = new HourlyCount("launches", MAX_LAUNCHES, { clock, budgets });
  const words = new HourlyCount("words", MAX_WORDS, { clock, budgets });
  return {
    take: (sender) => launches.take(sender),
    mayTell: (sender) => words.take(sender),
    waiting: () => launches.full(),
  };
}

/**
 * This process counts over the last hour of the steady clock; the senders who were quiet longest are forgotten first.
 * All processes together have the same number at once, and one more each time an hour is divided by it.
 */
class HourlyCount {
  readonly #of: string;
  readonly #most: number;
  readonly #with: { clock: Clock; budgets: Budgets | null };
  readonly #times = new Map<string, number[]>();
  /** Until when there is nothing more for a sender, as the processes together have counted. */
  readonly #spentUntil = new Map<string, number>();

  constructor(of: string, most: number, on: { clock: Clock; budgets: Budgets | null }) {
    this.#of = of;
    this.#most = most;
    this.#with = on;
  }

  async take(sender: string): Promise<boolean> {
    const { clock, budgets } = this.#with;
    const now = clock.steady();
    const recent = this.#recent(sender, now);
    if (recent.length >= this.#most) return false;
    // Counted before the others are asked, so that mails which come together are counted one by one.
    remember(this.#times, sender, [...recent, now]);
    if (budgets === null) return true;
    const budget = { burst: this.#most, everyMs: HOUR_MS / this.#most };
    // Who is brought again because nobody could be asked has used nothing up.
    const asked = budgets.take(`email/${this.#of}/${sender}`, budget, 1);
    const { taken, waitMs } = await asked.catch((error: unknown) => {
      this.#giveBack(sender, now);
      throw error;
    });
    if (taken > 0) return true;
    this.#giveBack(sender, now);
    remember(this.#spentUntil, sender, clock.steady() + waitMs);
    return false;
  }

  full(): number {
    const now = this.#with.clock.steady();
    const here = [...this.#times.keys()].filter((sender) => this.#recent(sender, now).length >= this.#most);
    const together = [...this.#spentUntil].filter(([, until]) => until > now).map(([sender]) => sender);
    return new Set([...here, ...together]).size;
  }

  #recent(sender: string, now: number): number[] {
    return (this.#times.get(sender) ?? []).filter((at) => now - at < HOUR_MS);
  }

  #giveBack(sender: string, at: number): void {
    const times = this.#times.get(sender) ?? [];
    const index = times.lastIndexOf(at);
    if (index >= 0) this.#times.set(sender, times.toSpliced(index, 1));
  }
}

function remember<T>(map: Map<string, T>, sender: string, value: T): void {
  map.delete(sender);
  map.set(sender, value);
  const [oldest] = map.keys();
  if (map.size > MAX_SENDERS && oldest !== undefined) map.delete(oldest);
}
