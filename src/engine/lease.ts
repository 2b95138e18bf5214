/** Whether this process still holds a run: after a suspension another process may have taken it over. */
import type { Clock } from "../core/ports/clock.ts";
import { Fenced } from "./record.ts";

/** What a drive asks before it begins something that must not happen twice. */
export interface Lease {
  /** Held for sure at this moment, by the date and by the steady clock: whichever ran further counts. */
  isFresh(): boolean;
  /** Resolves when it is held for sure, asking the store if need be; throws Fenced when it can't be proved. */
  prove(): Promise<void>;
}

/**
 * One moment by both clocks. A machine that was suspended may have stopped the one, a person may have set the other.
 */
export interface Moment {
  now: number;
  steady: number;
}

/** Both clocks at once, in ms: the date since the epoch, the steady clock since some moment. */
export function moment(clock: Clock): Moment {
  return { now: clock.now(), steady: clock.steady() };
}

/** Trusted for two thirds of its length after the last renewal was asked for. */
export class RunLease implements Lease {
  readonly #clock: Clock;
  readonly #freshMs: number;
  readonly #renew: () => Promise<void>;
  /** When the store was last asked and said yes: before its answer, so that a slow answer counts against us. */
  #held: Moment;

  /**
   * `leaseMs`: how long the store keeps others away. A third of it is left for clocks of other
   * machines that run ahead.
   */
  constructor(clock: Clock, held: Moment, leaseMs: number, renew: () => Promise<void>) {
    this.#clock = clock;
    this.#held = held;
    this.#freshMs = (leaseMs * 2) / 3;
    this.#renew = renew;
  }

  renewed(asked: Moment): void {
    this.#held = asked;
  }

  isFresh(): boolean {
    const { now, steady } = moment(this.#clock);
    return Math.max(now - this.#held.now, steady - this.#held.steady) < this.#freshMs;
  }

  async prove(): Promise<void> {
    if (this.isFresh()) return;
    await this.#renew();
    if (!this.isFresh()) throw new Fenced("the lease of the run could not be proved");
  }
}
