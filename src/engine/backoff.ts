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
  return Math.max(jittered, Math.min(askedMs ?? 0, 3_600_000));
}
