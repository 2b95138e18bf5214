/** The bodies that clients send, all strict: an unknown field is an error and never silently ignored. */
import { z } from "zod";

const id = z
  .string({ error: (issue) => (typeof issue.input === "number" ? "send ids as strings" : undefined) })
  .max(200);
const text = z.string().max(32_768);

export const launchBody = z.strictObject({ input_prompt: text, agent: z.string().max(100).optional() });
export const runBody = z.strictObject({ id });
export const cancelBody = z.strictObject({ id, reason: z.string().max(4096).optional() });
export const provideInputBody = z.strictObject({ id, answer: text, question_id: id.optional() });
export const sayBody = z.strictObject({ id, text });
/** `input`: the call's arguments as the approver edited them: nothing is approved, they are asked anew. */
export const approveBody = z.strictObject({ id, question_id: id, input: z.unknown().optional() });
export const refuseBody = z.strictObject({ id, question_id: id, reason: z.string().max(4096) });
export const sessionBody = z.strictObject({ code: z.string().max(500) });
