/** The last guard: logs an error that nobody caught and stops the bot cleanly, instead of dying in the middle. */

/** Longer than a stop may take: what is still open then is found again at the next start. */
const longestMs = 30_000;

/** What the guard may use when everything else may be broken. */
export interface LastGuard {
  log: { fatal(fields: object, message: string): void };
  /** Finishes what runs and lets go of everything. */
  stop(): Promise<void>;
  exit(code: number): void;
}

/**
 * The listener for `uncaughtException`, which gets rejected promises too. Nothing is known of the state that such an
 * error leaves behind, so nothing new is begun: whatever keeps the bot alive starts it again, from the log.
 */
export function lastGuard({ log, stop, exit }: LastGuard): (error: unknown, origin: string) => void {
  let stopping = false;
  return (error, origin) => {
    log.fatal({ err: asError(error), origin }, "nobody caught this error");
    if (stopping) return;
    stopping = true;
    // Holds the process until then, so that it surely ends.
    setTimeout(() => exit(1), longestMs);
    stop().then(
      () => exit(1),
      (failed: unknown) => {
        log.fatal({ err: asError(failed) }, "stopping failed");
        exit(1);
      },
    );
  };
}

/** Anything can be thrown; the log knows how to write an Error with its stack and causes. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`thrown: ${String(thrown)}`);
}
