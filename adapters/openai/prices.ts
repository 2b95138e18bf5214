/** What an answer cost, from a price table of the operator. */

import type { ModelRequest } from "../../src/core/ports/model.ts";
import { estimateTokens } from "../../src/core/reduce/tokens.ts";
import type { Usage } from "../../src/core/usage.ts";

/** US dollars per million tokens. */
interface Price {
  input: number;
  cachedInput: number;
  output: number;
}

/** By model name, in US dollars per million tokens. */
export type Prices = Readonly<Record<string, Price>>;

/** What a provider reports, before it has a price. */
export type Tokens = Omit<Usage, "costUsd">;

/** Where the provider reports no usage, the budget of tokens still has to hold: counted by the length of the texts. */
export function estimated(request: ModelRequest, items: readonly unknown[]): Tokens {
  const { instructions, tools, input } = request;
  return {
    inputTokens: estimateTokens(JSON.stringify({ instructions, tools, input })),
    cachedTokens: 0,
    outputTokens: estimateTokens(JSON.stringify(items)),
    reasoningTokens: 0,
    estimated: true,
  };
}

/**
 * `models`: the names to look under, best first (providers answer `gpt-5` as `gpt-5-2025-08-07`). Without a price, and
 * for tokens that are only estimated, the cost is not known.
 */
export function priced(tokens: Tokens, models: readonly string[], prices: Prices): Usage {
  const price = models.map((model) => prices[model]).find((known) => known !== undefined);
  if (tokens.estimated || price === undefined) return { ...tokens, costUsd: null };
  const fresh = Math.max(0, tokens.inputTokens - tokens.cachedTokens);
  const micro =
    fresh * price.input + tokens.cachedTokens * price.cachedInput + tokens.outputTokens * price.output;
  return { ...tokens, costUsd: micro / 1_000_000 };
}
