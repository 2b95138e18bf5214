/** Where words came from, and what stood around them. */
import { z } from "zod";

/** Text around words: data, never instructions. */
export const contextSchema = z.object({ source: z.string(), text: z.string(), trusted: z.boolean() });

/**
 * The channel that somebody spoke through and, where there is one, the address. `key`: of the inbound message whose words
 * these are; missing also in logs of former releases.
 */
export const viaSchema = z.object({
  channel: z.string(),
  address: z.string().optional(),
  key: z.string().optional(),
});
