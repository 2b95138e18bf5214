/** Runs on the wire, as zod schemas: the seeds' names in snake_case, times in ms since the epoch. */
import { z } from "zod";
import { personSchema } from "../../core/actor.ts";
import { statuses } from "../../core/text/status.ts";
import { settledQuestionSchema, wireQuestionSchema } from "./questions.ts";

const time = z.number();

/** One entry of the model's context in the seeds' three shapes, with the model's own words as a fourth. */
const contextItemSchema = z.union([
  z.object({ role: z.enum(["user", "assistant"]), content: z.string() }),
  z.object({
    type: z.literal("function_call"),
    name: z.string(),
    /** A JSON string. */
    arguments: z.string(),
    call_id: z.string(),
  }),
  /** `output` is a JSON string. */
  z.object({ type: z.literal("function_call_output"), call_id: z.string(), output: z.string() }),
]);
/** What a client reads in `context`: words with a role, a function call, or a function call's output. */
export type ContextItem = z.infer<typeof contextItemSchema>;

const pendingCallSchema = z.object({
  type: z.literal("function_call"),
  name: z.string(),
  arguments: z.unknown(),
  call_id: z.string(),
});

const runActions = ["answer", "approve", "say", "pause", "resume", "cancel", "forget"] as const;
const verdictSchema = z.object({ allowed: z.boolean(), why: z.string().nullable() });

/** Why it does not go on as it was launched: what a change of the set-up took from it, or a record that can't be read. */
const leftBehind = z.array(z.string());

/** What the run waits for, when it waits. */
const waitingSchema = z.object({
  for: z.enum(["person", "approval", "time", "event", "run", "model", "resume"]),
  since: time,
  until: time.nullable(),
  /** The child run that is waited for. */
  run_id: z.string().nullable(),
  /** Rules of who is asked. */
  audience: z.array(z.string()),
});

/** The model fails: how often since when, and why the last time. When it is asked again stands in `waiting`. */
const outageSchema = z.object({
  failures: z.number(),
  since: time,
  last: time,
  message: z.string(),
});

const usageSchema = z.object({
  input_tokens: z.number(),
  cached_tokens: z.number(),
  output_tokens: z.number(),
  reasoning_tokens: z.number(),
  /** US dollars; null: the model's price is not known. */
  cost_usd: z.number().nullable(),
  /** The provider reported no usage: the tokens are counted by the length of the texts. */
  estimated: z.boolean(),
});

/** A run as it is now: first the seven fields of the seeds, then what is ours. `version` grows with every event. */
export const runStateSchema = z.object({
  id: z.string(),
  steps: z.number(),
  status: z.enum(statuses),
  context: z.array(contextItemSchema),
  pending_tool_calls: z.array(pendingCallSchema),
  error: z.string().nullable(),
  final_answer: z.string().nullable(),

  version: z.number(),
  agent: z.string(),
  task: z.string(),
  /** What it is called: a webhook's fields, or its task. */
  title: z.string(),
  from: personSchema,
  channel: z.string(),
  addresses: z.array(z.string()),
  /** Pages of the platforms that show these addresses, for those that have one. */
  links: z.array(z.string()),
  launched_at: time,
  updated_at: time,
  steps_granted: z.number(),
  usage: usageSchema,
  /** `thinking`, `acting`, …: finer than the status. */
  phase: z.enum([
    "thinking",
    "acting",
    "answered",
    "asking",
    "limited",
    "paused",
    "cancelling",
    "complete",
    "failed",
    "cancelled",
  ]),
  waiting: waitingSchema.nullable(),
  outage: outageSchema.nullable(),
  questions: z.array(wireQuestionSchema),
  settled: z.array(settledQuestionSchema),
  parent_id: z.string().nullable(),
  follows_id: z.string().nullable(),
  children: z.array(z.string()),
  /** It has read text from outside the trusted circle: what changes the world needs approval from then on. */
  read_untrusted: z.boolean(),
  /** `read_untrusted` by its name of the first releases. */
  tainted: z.boolean().meta({ deprecated: true }),
  left_behind: leftBehind,
  /** What the caller may do now; `why` says why not. */
  can: z.record(z.enum(runActions), verdictSchema),
});
/** The answer of `GET /agent/state/:id` and of every route that changes a run. */
export type RunState = z.infer<typeof runStateSchema>;

/** One row of a list of runs. `tokens`: input and output together; `address`: where the run speaks, or null. */
export const runSummarySchema = z.object({
  id: z.string(),
  version: z.number(),
  status: z.enum(statuses),
  agent: z.string(),
  task: z.string(),
  channel: z.string(),
  from: personSchema,
  address: z.string().nullable(),
  parent_id: z.string().nullable(),
  steps: z.number(),
  tokens: z.number(),
  /** null: the model's price is not known. */
  cost_usd: z.number().nullable(),
  /** Open questions. */
  asking: z.number(),
  /** One of them is an approval. */
  for_approval: z.boolean(),
  launched_at: time,
  updated_at: time,
  left_behind: leftBehind,
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** `next`: the cursor of the following page, or null at the end. */
export const runListSchema = z.object({ runs: z.array(runSummarySchema), next: z.string().nullable() });
export type RunList = z.infer<typeof runListSchema>;

/**
 * `forgotten`: runs that were there until now, the one that was asked for last. `told_to`: runs that went on from it or
 * found it as a past run, and hold its task and outcome, or were started again with its task. `erased`: no file of the database holds anything of them any more.
 */
export const forgottenSchema = z.object({
  forgotten: z.array(z.string()),
  told_to: z.array(z.string()),
  erased: z.boolean(),
});
/** The answer of `DELETE /agent/runs/:id`. */
export type ForgottenRuns = z.infer<typeof forgottenSchema>;
