/** The bodies that clients send, all strict: an unknown field is an error and never silently ignored. */
import { z } from "zod";

const id = z.string().max(200);
const text = z.string().max(32_768);

/** `input_prompt`: the task, at most 32,768 characters; without `agent` the configured default agent is started. */
export const launchBody = z.strictObject({ input_prompt: text, agent: z.string().max(100).optional() });
/** `pause` and `resume`: nothing but the run's id. */
export const runBody = z.strictObject({ id });
/** `reason` is shown in the chat with the end of the run: at most 4,096 characters. */
export const cancelBody = z.strictObject({ id, reason: z.string().max(4096).optional() });
/** `question_id` may be left out while exactly one question is open. `answer`: at most 32,768 characters. */
export const provideInputBody = z.strictObject({ id, answer: text, question_id: id.optional() });
/** `text`: words for the run that answer no question in particular, at most 32,768 characters. */
export const sayBody = z.strictObject({ id, text });
/** `input`: the call's arguments as the approver edited them: nothing is approved, they are asked anew. */
export const approveBody = z.strictObject({ id, question_id: id, input: z.unknown().optional() });
/** Refuses an approval. `reason` (at most 4,096 characters) is told to the model. */
export const refuseBody = z.strictObject({ id, question_id: id, reason: z.string().max(4096) });
/** Takes the way back from what was approved by this question. */
export const undoBody = z.strictObject({ id, question_id: id });
/** `code`: a one-time code (the owner's is what the server printed), or a token. */
export const sessionBody = z.strictObject({ code: z.string().max(500) });
/** One message of JSON-RPC 2.0; batches are not taken. What is in it is checked by the protocol. */
export const mcpBody = z.looseObject({ jsonrpc: z.literal("2.0") });
