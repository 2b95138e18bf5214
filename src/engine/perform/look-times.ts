/** How long it is still looked at whether a call helped: wherever the date is set meanwhile, no shorter and no longer. */
import type { Clock } from "../../core/ports/clock.ts";

/** The log's dates, ms since the epoch. */
interface Span {
  since: number;
  until: number;
}

/** Of more calls the first ones are forgotten, and the date decides for them. */
const most = 10_000;

/**
 * The log has the end as a date. The process that looks first reads it, and goes by the steady clock from there on; so
 * does one that takes the run over, and a date that was set back in between gives it the whole time again at most.
 */
export class LookTimes {
  /** When the time is over by the steady clock, ms. */
  readonly #over = new Map<string, number>();

  /** ms from now on, 0 or less when it is over. */
  leftOf(call: { runId: string; callId: string }, { since, until }: Span, clock: Clock): number {
    const key = keyOf(call);
    const steady = clock.steady();
    const known = this.#over.get(key);
    if (known !== undefined) return known - steady;
    const left = Math.min(until - clock.now(), until - since);
    this.#over.set(key, steady + left);
    const [oldest] = this.#over.keys();
    if (this.#over.size > most && oldest !== undefined) this.#over.delete(oldest);
    return left;
  }

  decided(call: { runId: string; callId: string }): void {
    this.#over.delete(keyOf(call));
  }
}

function keyOf({ runId, callId }: { runId: string; callId: string }): string {
  return `${runId} ${callId}`;
}
