/** The sleeps that this process has put runs into: each lasts no longer than it was said, wherever the date is set to. */
import type { Clock } from "../core/ports/clock.ts";
import { type Moment, moment } from "./lease.ts";

/** What a clock that is kept right drifts back at once. */
const driftMs = 1_000;

/**
 * A sleep is durable as a date. A date that is set back would prolong it by as much, so that the process which saw it
 * begin goes by the steady clock too: whichever says first that it is over counts. After a restart the date alone does.
 */
export class Sleeps {
  readonly #clock: Clock;
  readonly #byRun = new Map<string, { until: number; begun: Moment }>();
  /** How far the date was ahead of the steady clock, at most, when one of these sleeps began. */
  #ahead = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `until`: ms since the epoch. */
  begun(runId: string, until: number): void {
    const begun = moment(this.#clock);
    this.#byRun.set(runId, { until, begun });
    this.#ahead = Math.max(this.#ahead, begun.now - begun.steady);
  }

  /** It was woken, or sleeps otherwise now. */
  ended(runId: string): void {
    this.#byRun.delete(runId);
  }

  /** Sleeps that are over by the steady clock and not by the date. */
  overdue(): { runId: string; until: number }[] {
    const { now, steady } = moment(this.#clock);
    if (now - steady > this.#ahead - driftMs) return [];
    const overdue = [...this.#byRun]
      .filter(([, { until, begun }]) => until > now && steady - begun.steady >= until - begun.now)
      .map(([runId, { until }]) => ({ runId, until }));
    const began = [...this.#byRun.values()].map(({ begun }) => begun.now - begun.steady);
    this.#ahead = began.reduce((most, ahead) => Math.max(most, ahead), Number.NEGATIVE_INFINITY);
    return overdue;
  }
}
