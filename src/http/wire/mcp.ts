/** What clients of the Model Context Protocol send to the tools for runs, and what they read. */
import { z } from "zod";
import { statuses } from "../../core/text/status.ts";
import { runListSchema } from "./runs.ts";

/** The longest wait of one call: below the minute after which clients give up. */
const mostWaitS = 50;

const waitS = z
  .number()
  .min(0)
  .max(mostWaitS)
  .default(20)
  .describe("Seconds to wait for the outcome. It may take days: ask again with get_run.");
const key = z
  .string()
  .describe(
    "A name of your own for this request, a UUID for example. Sent again under the same key it is done once, and answered with what came of it.",
  );
const id = z.string().max(200).describe("The run's id.");
const text = z.string().max(32_768);

/** What every tool takes that starts or changes something. */
const keyInput = z.strictObject({ idempotency_key: key.optional() });
/** What a tool takes whose outcome is waited for. */
export const waitInput = z.strictObject({ wait_s: waitS, ...keyInput.shape });

export const startInput = z.strictObject({
  task: text.describe("What is to be done, in words for the agent."),
  agent: z.string().max(100).optional().describe("Which agent; left out: the default one."),
  ...waitInput.shape,
});
export const getInput = z.strictObject({ id, wait_s: waitS });
export const listInput = z.strictObject({
  status: z.array(z.enum(statuses)).optional(),
  agent: z.string().max(100).optional(),
  text: z
    .string()
    .max(200)
    .optional()
    .describe("Looked for in the task, the name of who started it, and the id."),
  asking: z.boolean().optional().describe("Only those with open questions, or only those without."),
  cursor: z.string().max(500).optional().describe("`next` of the page before."),
  limit: z.int().min(1).max(100).default(20),
});
export const answerInput = z.strictObject({
  id,
  answer: text.describe("One of the question's choices, or words where it takes them."),
  question_id: id.optional().describe("May be left out while exactly one question is open."),
  ...waitInput.shape,
});
export const stopInput = z.strictObject({
  id,
  reason: z.string().max(4096).optional().describe("Shown with the end of the run."),
  ...keyInput.shape,
});

/** A run for a model: what came of it, or what it waits for and what to do. */
export const mcpRunSchema = z.object({
  id: z.string(),
  status: z.enum(statuses),
  agent: z.string(),
  task: z.string(),
  steps: z.number(),
  /** The answer, or why it failed; null while it is not over. */
  outcome: z.string().nullable(),
  /** Open questions, those of approvals with the call as people see it. */
  questions: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      text: z.string(),
      context: z.string().nullable(),
      choices: z.array(z.object({ value: z.string(), label: z.string() })),
      call: z.object({ tool: z.string(), input: z.unknown(), preview: z.string().nullable() }).nullable(),
      /** How many people must approve, and who did. */
      need: z.number(),
      approved_by: z.array(z.string()),
      /** A page that a person must open first; null: none, or it is shown to somebody else. */
      link: z.string().nullable(),
      /** answer_question settles it. */
      may_answer: z.boolean(),
    }),
  ),
  /** Where people read along. */
  links: z.array(z.string()),
  /** The same request came before, and nothing was done now. */
  replayed: z.boolean(),
  /** What this means, and what to do next. */
  says: z.string(),
});
/** `says` goes on from nothing: whole sentences. */
export type McpRun = z.infer<typeof mcpRunSchema>;
export const mcpRunListSchema = runListSchema;
