/** A provider-neutral estimate of how much context a text takes. Only budgets rest on it, never a bill. */

/** About four characters a token in English prose and JSON; at least one. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4) + 1;
}
