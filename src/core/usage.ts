/** What model answers have used: tokens and money. */
import { z } from "zod";

/** Tokens and cost as events hold them. */
export const usageSchema = z.object({
  inputTokens: z.number(),
  cachedTokens: z.number(),
  outputTokens: z.number(),
  reasoningTokens: z.number(),
  /** US dollars; null when the model's price is not known. */
  costUsd: z.number().nullable(),
  /** The provider reported none (of some answer): the tokens are counted by the length of the texts. */
  estimated: z.boolean().optional(),
});
/** Tokens of one model answer, or of several added up, and what they cost. */
export type Usage = z.infer<typeof usageSchema>;

/** What the runs below a run have used, all together. */
export const belowSchema = z.object({ runs: z.number(), tokens: z.number(), costUsd: z.number() });
