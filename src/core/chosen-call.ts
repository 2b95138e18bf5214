/** A call of a tool before it is run: by its tool and its whole input. */
import { z } from "zod";

/** A call as the model chose it, already checked: `input` is canonical, or `error` says why it can't run. */
export const chosenCallSchema = z.object({
  id: z.string(),
  tool: z.string(),
  input: z.unknown(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
/** One call of a model answer; with an `error` it is never run and the model reads why. */
export type ChosenCall = z.infer<typeof chosenCallSchema>;

/** One call by its tool and its whole input: what an undo would run, or what a run was launched for. */
export const toolCallSchema = z.object({ tool: z.string(), input: z.unknown() });
/** A call that belongs to no model answer yet: it has no id. */
export type ToolCall = z.infer<typeof toolCallSchema>;
