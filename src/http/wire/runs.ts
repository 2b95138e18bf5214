/** Everything that crosses the wire, as zod schemas: the seeds' names in snake_case, times in ms since the epoch. */
import { z } from "zod";
import { personSchema } from "../../core/actor.ts";
import { argumentOriginSchema, eventBodySchema } from "../../core/event.ts";
import { formSchema } from "../../core/form.ts";
import { statuses } from "../../core/text/status.ts";

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

/** An open question. `may_answer`: the caller may settle it now (answer it, or approve it). */
const wireQuestionSchema = z.object({
  id: z.string(),
  /** The run that asks: the one that is shown, or one that it handed a task to. */
  run_id: z.string(),
  kind: z.enum(["ask", "approval", "doubt", "stuck", "budget"]),
  text: z.string(),
  context: z.string().nullable(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  free_text: z.boolean(),
  /** What is to be filled in: the answer is its values as JSON (`{"region":"eu"}`), or one line `name: value` each. */
  form: formSchema.nullable(),
  /** A page that is to be opened. `url`: for whoever started the run; null for anybody else. */
  link: z.object({ host: z.string(), url: z.string().nullable() }).nullable(),
  /** Rules of who may settle it. */
  audience: z.array(z.string()),
  /** The whole call, for approvals and doubts. */
  call: z
    .object({
      call_id: z.string(),
      tool: z.string(),
      input: z.unknown(),
      preview: z.string().nullable(),
      /** Where the arguments come from; empty: nobody looked. */
      origins: z.array(argumentOriginSchema),
    })
    .nullable(),
  asked_at: time,
  /** How many different people must approve. */
  need: z.number(),
  approved_by: z.array(personSchema),
  may_answer: z.boolean(),
});
/** Times are ms since the epoch; `audience` holds rules as in `belay.config.ts` (`slack:T1/U1`). */
export type WireQuestion = z.infer<typeof wireQuestionSchema>;

const undoSchema = z.object({
  tool: z.string(),
  input: z.unknown(),
  state: z.enum(["offered", "asked", "undone", "refused", "failed"]),
  asked_by: personSchema.nullable(),
  asked_at: time.nullable(),
  /** The run that undoes it, when that is another one. */
  run_id: z.string().nullable(),
  /** What came of it; empty before. */
  words: z.string(),
  /** Whether the caller may take it now; `why` says why not. */
  can: z.object({ allowed: z.boolean(), why: z.string().nullable() }),
});
/** Times are ms since the epoch. */
export type WireUndo = z.infer<typeof undoSchema>;

const settledQuestionSchema = wireQuestionSchema
  .pick({ id: true, kind: true, text: true, choices: true, call: true, asked_at: true })
  .extend({
    settled_at: time,
    outcome: z.object({
      kind: z.enum(["answered", "approved", "refused", "changed", "withdrawn"]),
      text: z.string(),
    }),
    from: personSchema.nullable(),
    channel: z.string().nullable(),
    /** The way back from the call, once it has run; null: there is none. */
    undo: undoSchema.nullable(),
  });

/** A question that is closed: how it was settled (`outcome`), when (ms since the epoch), by whom and where. */
export type SettledWireQuestion = z.infer<typeof settledQuestionSchema>;

const runActions = ["answer", "approve", "say", "pause", "resume", "cancel"] as const;
export type RunAction = (typeof runActions)[number];
const verdictSchema = z.object({ allowed: z.boolean(), why: z.string().nullable() });

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
  questions: z.array(wireQuestionSchema),
  settled: z.array(settledQuestionSchema),
  parent_id: z.string().nullable(),
  follows_id: z.string().nullable(),
  children: z.array(z.string()),
  /** It has read text from outside the trusted circle: what changes the world needs approval from then on. */
  read_untrusted: z.boolean(),
  /** `read_untrusted` by its name of the first releases. */
  tainted: z.boolean().meta({ deprecated: true }),
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
  launched_at: time,
  updated_at: time,
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** `next`: the cursor of the following page, or null at the end. */
export const runListSchema = z.object({ runs: z.array(runSummarySchema), next: z.string().nullable() });
export type RunList = z.infer<typeof runListSchema>;

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

/** An open question with what its run is about. */
export const openQuestionSchema = wireQuestionSchema.extend({
  agent: z.string(),
  task: z.string(),
  /** Who started the run. */
  from: personSchema,
});
/** An open question in the inbox of the console, with the task and the person it belongs to. */
export type OpenWireQuestion = z.infer<typeof openQuestionSchema>;
/** The answer of `GET /questions`: what is open in all runs that the caller may see, oldest first. */
export const questionListSchema = z.object({
  questions: z.array(openQuestionSchema),
  /** Questions of this page that can't be shown, and why. */
  unreadable: z.array(z.object({ id: z.string(), run_id: z.string(), why: z.string() })),
  /** How many there are on all pages. */
  open: z.number(),
  /** The cursor of the following page, or null at the end. */
  next: z.string().nullable(),
});
export type QuestionList = z.infer<typeof questionListSchema>;
