/** When to try again: doubling with jitter, never sooner than the other side asked for. */

/** A number in [0, 1). */
export type Rng = () => number;

/** ms until the next try; `attempt` counts from 1. `askedMs`: the other side's Retry-After, honoured up to an hour. */
export function backoffMs(
  attempt: number,
  askedMs: number | null,
  rng: Rng,
  baseMs = 1_000,
  maxMs = 60_000,
): number {
  const doubled = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  const jittered = Math.round(doubled * (0.5 + rng() / 2));
  return Math.max(jittered, Math.min(Math.ceil(askedMs ?? 0), 3_600_000));
}

/** Waits; ends early when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });
}
