/** What an answer cost, from a price table of the operator. */
import type { Usage } from "../../src/core/event.ts";

/** US dollars per million tokens. */
interface Price {
  input: number;
  cachedInput: number;
  output: number;
}

export type Prices = Readonly<Record<string, Price>>;

export type Tokens = Omit<Usage, "costUsd">;

const noTokens: Tokens = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 };

/**
 * `models`: the names to look under, best first (providers answer `gpt-5` as `gpt-5-2025-08-07`).
 * `tokens` null: the provider reported none, so the cost is as unknown as for a model without a price.
 */
export function priced(tokens: Tokens | null, models: readonly string[], prices: Prices): Usage {
  const price = models.map((model) => prices[model]).find((known) => known !== undefined);
  if (tokens === null || price === undefined) return { ...(tokens ?? noTokens), costUsd: null };
  const fresh = Math.max(0, tokens.inputTokens - tokens.cachedTokens);
  const micro =
    fresh * price.input + tokens.cachedTokens * price.cachedInput + tokens.outputTokens * price.output;
  return { ...tokens, costUsd: micro / 1_000_000 };
}
