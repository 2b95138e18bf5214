/** What a signal does: the first one drains, a later one ends at once. */

/**
 * The terminal sends Ctrl-C to everything it runs and npm passes its own on: within this time, ms, it is one and the
 * same. Nobody means a second one sooner.
 */
const echoMs = 500;

/** What a signal sets off. `drain` gets the signal's name, for the log. */
export interface OnSignals {
  /** A clock that never jumps, ms. */
  now(): number;
  drain(signal: string): void;
  exit(): void;
}

/** The listener for SIGINT and SIGTERM. */
export function onSignals({ now, drain, exit }: OnSignals): (signal: string) => void {
  let first: number | null = null;
  return (signal) => {
    if (first === null) {
      first = now();
      drain(signal);
    } else if (now() - first >= echoMs) exit();
  };
}
