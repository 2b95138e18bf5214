/** How often the words that a call says of itself are worth an event: a log must not grow with the length of a job. */
import type { Call } from "../state.ts";

/** So many of one call are recorded as they come. */
const freely = 20;
const firstGapMs = 1_000;
/** After so many more the time between two of them has doubled: in a day there are 150, in a year 230. */
const doubles = 10;
const longestGapMs = 86_400_000;

/** What `call_progressed` makes of a call. */
export function progressed(call: Call, { progress, at }: { progress: string; at: number }): Partial<Call> {
  return { progress, progressed: { count: (call.progressed?.count ?? 0) + 1, at } };
}

/** ms until its next words are recorded; 0: at once. `now`: ms since the epoch. */
export function progressDueIn({ progressed: before }: Pick<Call, "progressed">, now: number): number {
  if (before === undefined || before.count < freely) return 0;
  const gap = Math.min(longestGapMs, firstGapMs * 2 ** ((before.count - freely) / doubles));
  const since = now - before.at;
  // A date that was set back is no reason to fall silent.
  return since < 0 ? 0 : Math.max(0, Math.ceil(gap - since));
}
