/** How long a model may take: to begin its answer, and to end it. */

export interface Timeouts {
  /** From the request to the first event of its answer. */
  firstByteMs: number;
  /** From the request to the end of its answer. */
  answerMs: number;
}

/** Disposing ends both timers; `using` does that wherever the answer ends. */
export interface TimeLimits extends Disposable {
  /** Aborted by the caller, or when a limit is reached. */
  signal: AbortSignal;
  /** Passes the events on; the first one ends the first limit. (The SDK ends an aborted stream without an error.) */
  watch<T>(stream: AsyncIterable<T>): AsyncIterable<T>;
  /** The answer will come in one piece: only its end is waited for. */
  awaitWhole(): void;
}

/** Both limits, in ms, begin now. Reaching one aborts the signal. */
export function timeLimits(timeouts: Timeouts, signal: AbortSignal): TimeLimits {
  const late = new AbortController();
  const first = setTimeout(() => late.abort(), timeouts.firstByteMs);
  const whole = setTimeout(() => late.abort(), timeouts.answerMs);
  return {
    signal: AbortSignal.any([signal, late.signal]),
    async *watch(stream) {
      for await (const event of stream) {
        clearTimeout(first);
        yield event;
      }
    },
    awaitWhole: () => clearTimeout(first),
    [Symbol.dispose]() {
      clearTimeout(first);
      clearTimeout(whole);
    },
  };
}
