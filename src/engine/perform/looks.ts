/** What this process remembers from one look at a call to the next: how long it looks on, and the words it was told. */
import type { Clock } from "../../core/ports/clock.ts";

/** The log's dates, ms since the epoch. */
interface Span {
  since: number;
  until: number;
}

interface Looked {
  runId: string;
  callId: string;
}

/** Of more calls the first ones are forgotten: the date decides for them, and their last words are not recorded. */
const most = 10_000;

/**
 * The log has the end of the time as a date. The process that looks first reads it, and goes by the steady clock from
 * there on; so does one that takes the run over, and a date that was set back in between gives it the whole time again
 * at most.
 */
export class Looks {
  /** When the time is over by the steady clock, ms. */
  readonly #over = new Map<string, number>();
  readonly #words = new Map<string, string>();

  /** ms from now on, 0 or less when it is over. */
  leftOf(call: Looked, { since, until }: Span, clock: Clock): number {
    const key = keyOf(call);
    const steady = clock.steady();
    const known = this.#over.get(key);
    if (known !== undefined) return known - steady;
    const left = Math.min(until - clock.now(), until - since);
    keep(this.#over, key, steady + left);
    return left;
  }

  /** What the last look found; not every one of them is worth an event. */
  told(call: Looked, words: string): void {
    keep(this.#words, keyOf(call), words);
  }

  lastWords(call: Looked): string | null {
    return this.#words.get(keyOf(call)) ?? null;
  }

  /** Nobody looks any more. */
  decided(call: Looked): void {
    this.#over.delete(keyOf(call));
    this.#words.delete(keyOf(call));
  }
}

function keep<T>(known: Map<string, T>, key: string, value: T): void {
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
}

function keyOf({ runId, callId }: Looked): string {
  return `${runId} ${callId}`;
}
