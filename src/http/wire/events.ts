/** What the log of a run holds, on the wire: its events, its outcome with origins, a request to the model. */
import { z } from "zod";
import { eventBodySchema } from "../../core/event.ts";
import { argumentOriginSchema } from "../../core/question.ts";

const time = z.number();

/** An event of the log. `data` is what the log holds, in the core's words, without the provider's opaque items. */
export const wireEventSchema = z.object({
  version: z.number(),
  at: time,
  type: z.string(),
  data: eventBodySchema,
});
export type WireEvent = z.infer<typeof wireEventSchema>;
/** The answer of `GET /runs/:id/events`: the events after the asked version, oldest first. */
export const eventListSchema = z.object({
  events: z.array(wireEventSchema),
  /** Events that can't be read, by their versions (of several in a row that are missing the first). */
  unreadable: z.array(z.object({ version: z.number(), why: z.string() })),
});
export type EventList = z.infer<typeof eventListSchema>;

/** Where each number, hash, link and name of the outcome comes from. `outcome`: null while there is none. */
export const outcomeSchema = z.object({
  run_id: z.string(),
  outcome: z.string().nullable(),
  values: z.array(
    argumentOriginSchema.omit({ path: true }).extend({
      value: z.string(),
      /** Where it stands in the outcome, in UTF-16 units. */
      start: z.number(),
    }),
  ),
});
/** `values` in their order; `version`: the event where a value stood first. */
export type WireOutcome = z.infer<typeof outcomeSchema>;

/** The exact request that a model answer was given to, rendered from the log. */
export const modelRequestSchema = z.object({
  run_id: z.string(),
  version: z.number(),
  model: z.string().nullable(),
  prompt_hash: z.string(),
  instructions: z.string(),
  tools: z.array(z.object({ name: z.string(), description: z.string(), schema: z.unknown() })),
  input: z.array(z.unknown()),
});
/** `input` holds the context as the model's driver is given it; `prompt_hash` names the version of the agent. */
export type WireModelRequest = z.infer<typeof modelRequestSchema>;
