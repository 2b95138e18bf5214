/** The limits that a run shares with all runs below it: what is left of them for the next child run. */
import { usedCost, usedTokens } from "../../core/reduce/settle.ts";
import type { State } from "../../core/state.ts";

/** In a whole tree of runs, the one at the top aside. */
export const maxBelow = 30;

/** Of those launched before only one can be alive: tasks are handed on one after another. */
export function roomBelow({ parent, below }: State): number {
  return (parent?.room ?? maxBelow) - below.runs;
}

export function leftOf(state: State): { tokens: number; costUsd: number } {
  return {
    tokens: state.tokensGranted - usedTokens(state),
    costUsd: state.costGranted - (usedCost(state) ?? 0),
  };
}

/** What the child used, and all below it. */
export function belowWith(child: State): State["below"] {
  return { runs: child.below.runs + 1, tokens: usedTokens(child), costUsd: usedCost(child) ?? 0 };
}
