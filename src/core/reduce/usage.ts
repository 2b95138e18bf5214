/** What model calls used, added up. */
import type { Usage } from "../usage.ts";

/** `costUsd` adds up what has a price, and is null only while nothing has; `estimated` once one of the two is. */
export function addUsage(sum: Usage, more: Usage): Usage {
  return {
    inputTokens: sum.inputTokens + more.inputTokens,
    cachedTokens: sum.cachedTokens + more.cachedTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
    reasoningTokens: sum.reasoningTokens + more.reasoningTokens,
    costUsd: addCost(sum.costUsd, more.costUsd),
    ...(sum.estimated || more.estimated ? { estimated: true } : {}),
  };
}

/** null: no price is known so far. What has one counts, so that the budget holds for it. */
function addCost(sum: number | null, more: number | null): number | null {
  if (more === null) return sum === 0 ? null : sum;
  return (sum ?? 0) + more;
}
