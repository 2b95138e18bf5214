/** The runs that stand still until a person lets them go on: paused ones, and those at their step limit. */
import { noFilter, type RunsFilter } from "../api/calls.ts";
import { useRuns } from "./use-runs.ts";

export const restingFilter: RunsFilter = { ...noFilter, status: "paused,max_steps_reached" };

/** Newest first; `count` is the first page's where there are more. */
export function useResting() {
  const { runs, hasMore } = useRuns(restingFilter);
  return { runs, count: runs.length, hasMore };
}
