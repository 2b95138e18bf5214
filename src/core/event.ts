/** What happened to a run: past tense, never changed. The only source of its state. */
import { z } from "zod";
import { askedSchema, personSchema } from "./actor.ts";
import { attachmentSchema } from "./attachment.ts";

/** Text around words: data, never instructions. */
const contextSchema = z.object({ source: z.string(), text: z.string(), trusted: z.boolean() });

const via = z.object({ channel: z.string(), address: z.string().optional() });

const usageSchema = z.object({
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
const belowSchema = z.object({ runs: z.number(), tokens: z.number(), costUsd: z.number() });

/** A call as the model chose it, already checked: `input` is canonical, or `error` says why it can't run. */
const chosenCallSchema = z.object({
  id: z.string(),
  tool: z.string(),
  input: z.unknown(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
/** One call of a model answer; with an `error` it is never run and the model reads why. */
export type ChosenCall = z.infer<typeof chosenCallSchema>;

/** One call by its tool and its whole input: what an undo would run, or what a run was launched for. */
const toolCallSchema = z.object({ tool: z.string(), input: z.unknown() });
/** A call that belongs to no model answer yet: it has no id. */
export type ToolCall = z.infer<typeof toolCallSchema>;

/** Where an argument (dotted path into the input) comes from. */
export const argumentOriginSchema = z.object({
  path: z.string(),
  /** known: somebody trusted or a trusted result said it · outside: only untrusted text · nowhere: nothing did */
  standing: z.enum(["known", "outside", "nowhere"]),
  /** For people: `said by dana`, `seen nowhere`. */
  words: z.string(),
  /** Version of the event where it stood first; null: nowhere. */
  version: z.number().nullable(),
});
/** What an approver reads beside an argument. */
export type ArgumentOrigin = z.infer<typeof argumentOriginSchema>;

/** As it was asked, whole: an old question is shown and settled by these fields, whatever the tool is like now. */
export const questionSchema = z.object({
  id: z.string(),
  kind: z.enum(["ask", "approval", "doubt", "stuck", "budget"]),
  callId: z.string().nullable(),
  text: z.string(),
  context: z.string().nullable(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  freeText: z.boolean(),
  /** Rules of who may settle it (see authorize.ts); shown, and checked again when it is settled. */
  audience: z.array(z.string()),
  /** For approvals and doubts: the whole call, and the hash of the bytes an approval binds. */
  call: z
    .object({
      tool: z.string(),
      input: z.unknown(),
      hash: z.string(),
      preview: z.string().nullable(),
      /** Where the arguments come from, by dotted path; logs of the first release have none. */
      origins: z.array(argumentOriginSchema).optional(),
    })
    .nullable(),
  /** How many different people must approve. */
  need: z.number(),
  /** False: whoever started the run may not approve it. */
  ownRequest: z.boolean().optional(),
  /** The model that must answer again before the run can go on, and why it does not. */
  outage: z.object({ model: z.string(), code: z.string(), reason: z.string() }).optional(),
});
/** Anything a person must settle, as data in the log. */
export type Question = z.infer<typeof questionSchema>;

const bodies = [
  z.object({
    type: z.literal("launched"),
    runId: z.string(),
    task: z.string(),
    /** What the run is called; logs of the first release have none, and most runs are called by their task. */
    title: z.string().optional(),
    from: personSchema,
    /** What else decides on the launcher's rights; logs of the first release have none. */
    launcher: z
      .object({ groups: z.array(z.string()), guest: z.boolean(), asked: askedSchema.optional() })
      .optional(),
    via,
    addresses: z.array(z.string()),
    agent: z.object({ name: z.string(), hash: z.string() }),
    limits: z.object({ steps: z.number(), tokens: z.number(), costUsd: z.number() }),
    prefetch: z.array(z.string()),
    context: z.array(contextSchema),
    trusted: z.boolean(),
    /** The turn before this one in a conversation; untrusted text that it had read goes on with its words. */
    follows: z
      .object({
        runId: z.string(),
        task: z.string(),
        outcome: z.string(),
        /** Its untrusted text, by the name of the first releases; see `isUntrustedTurn`. */
        tainted: z.boolean().optional(),
      })
      .nullable(),
    /** `room`: how many runs may still be launched below this one; logs of the first releases have none. */
    parent: z
      .object({ runId: z.string(), callId: z.string(), depth: z.number(), room: z.number().optional() })
      .nullable(),
    /** The run is exactly this one call, chosen by whoever launched it; no model is asked. */
    call: toolCallSchema.optional(),
    /** Its call undoes what was approved by this question of another run, a call of this tool. */
    undoes: z.object({ runId: z.string(), questionId: z.string(), tool: z.string() }).optional(),
  }),
  z.object({
    type: z.literal("heard"),
    text: z.string(),
    from: personSchema,
    via,
    trusted: z.boolean(),
    /** What the words point at: forwarded messages, files' names. */
    context: z.array(contextSchema).optional(),
  }),
  /** A provisional address (`…/new:<id>`) became a real one. */
  z.object({ type: z.literal("address_became"), provisional: z.string(), address: z.string() }),
  z.object({
    type: z.literal("prefetched"),
    tool: z.string(),
    output: z.string(),
    ok: z.boolean(),
    untrusted: z.boolean(),
  }),

  z.object({
    type: z.literal("model_answered"),
    text: z.string().nullable(),
    calls: z.array(chosenCallSchema),
    refusal: z.string().nullable(),
    /** The provider stopped in the middle (token limit, filter): calls of such an answer never run. */
    cut: z.string().nullable(),
    /** The provider's output items, verbatim and opaque; only `provider` may read them again. */
    items: z.array(z.unknown()),
    provider: z.string(),
    model: z.string(),
    promptHash: z.string(),
    usage: usageSchema,
    ms: z.number(),
  }),
  z.object({
    type: z.literal("model_failed"),
    code: z.string(),
    message: z.string(),
    retryAt: z.number().nullable(),
  }),
  /** The model answered, but somebody had spoken meanwhile: only the bill remains. */
  z.object({ type: z.literal("decision_dropped"), usage: usageSchema, model: z.string(), ms: z.number() }),

  z.object({ type: z.literal("call_started"), callId: z.string(), attempt: z.number(), key: z.string() }),
  z.object({
    type: z.literal("call_finished"),
    callId: z.string(),
    output: z.string(),
    /** Characters that did not fit the tool's output limit. */
    omitted: z.number(),
    ms: z.number(),
    untrusted: z.boolean(),
    /** Until then (ms since the epoch) it is looked at whether the call helped; absent: nothing can tell. */
    verifyUntil: z.number().optional(),
    /** What would undo it, when the tool knows. */
    undo: toolCallSchema.optional(),
    /** Files that belong to the result; their bytes are in the store. */
    attachments: z.array(attachmentSchema).optional(),
    /** Of a task that was handed on: what its run and those below it have used. */
    below: belowSchema.optional(),
  }),
  /** The work goes on outside of the call; `handle` is how the tool finds it again, over restarts and upgrades. */
  z.object({ type: z.literal("job_begun"), callId: z.string(), handle: z.unknown() }),
  /** What a job, or the look at whether a call helped, says of itself; recorded only when the words change. */
  z.object({ type: z.literal("call_progressed"), callId: z.string(), progress: z.string() }),
  /** The run was stopped: whether the job could be. null: nobody knows. */
  z.object({
    type: z.literal("job_cancelled"),
    callId: z.string(),
    stopped: z.boolean().nullable(),
    words: z.string(),
  }),
  /** not_yet: the time was over first · unknown: it could not be looked at. */
  z.object({
    type: z.literal("call_verified"),
    callId: z.string(),
    verdict: z.enum(["better", "worse", "not_yet", "unknown"]),
    words: z.string(),
    ms: z.number(),
  }),
  z.object({
    type: z.literal("call_failed"),
    callId: z.string(),
    code: z.string(),
    message: z.string(),
    ms: z.number(),
    /** The message holds bytes from outside the trusted circle: a page, a server's answer. */
    untrusted: z.boolean().optional(),
    below: belowSchema.optional(),
  }),
  /** Intent without outcome, and nothing can tell: a person must. */
  z.object({ type: z.literal("call_doubted"), callId: z.string(), reason: z.string() }),
  /** It is certain that the call did not happen: it may start again. */
  z.object({ type: z.literal("call_cleared"), callId: z.string(), reason: z.string() }),
  z.object({
    type: z.literal("call_slept"),
    callId: z.string(),
    until: z.number().nullable(),
    /** The name of the event that ends the sleep; null: only the time does. */
    event: z.string().nullable(),
  }),
  /** Somebody called the one-time URL of this event; a call may be waiting for it already, or later. */
  z.object({ type: z.literal("event_arrived"), event: z.string(), payload: z.string(), omitted: z.number() }),
  z.object({ type: z.literal("child_launched"), callId: z.string(), runId: z.string() }),

  z.object({ type: z.literal("question_asked"), question: questionSchema }),
  z.object({
    type: z.literal("question_answered"),
    questionId: z.string(),
    answer: z.string(),
    /** False for what guests and machines answer: data, not orders. Absent: true. */
    trusted: z.boolean().optional(),
    /** What the answer points at. */
    context: z.array(contextSchema).optional(),
    from: personSchema,
    via,
  }),
  /**
   * One approval. `edited`, with `input` and `hash`: in logs up to 0.2.0 an edit approved what it made, unseen; since
   * then a `call_edited` comes before, and what it made is asked anew.
   */
  z.object({
    type: z.literal("approval_granted"),
    questionId: z.string(),
    from: personSchema,
    via,
    input: z.unknown().optional(),
    hash: z.string().optional(),
    edited: z.boolean(),
    /** The rule that let this person approve; what was approved runs only while it stands. */
    rule: z.string().optional(),
  }),
  z.object({
    type: z.literal("approval_refused"),
    questionId: z.string(),
    reason: z.string(),
    from: personSchema,
    via,
  }),
  /** Somebody who may approve changed the arguments: what was asked is settled, and these are asked anew. */
  z.object({
    type: z.literal("call_edited"),
    questionId: z.string(),
    input: z.unknown(),
    from: personSchema,
    via,
  }),
  /** What was approved no longer holds (preview, tool, rights): it must be asked again. */
  z.object({ type: z.literal("approval_voided"), callId: z.string(), reason: z.string() }),

  /**
   * Somebody wants what was approved by this question undone, by `call`. `runId`: it is asked and done in a run of its
   * own, because this one has ended; null: here.
   */
  z.object({
    type: z.literal("undo_asked"),
    questionId: z.string(),
    call: toolCallSchema,
    runId: z.string().nullable(),
    from: personSchema,
    via,
  }),
  /** What became of an undo that had a run of its own. */
  z.object({
    type: z.literal("undo_ended"),
    questionId: z.string(),
    outcome: z.enum(["undone", "refused", "failed"]),
    words: z.string(),
  }),

  z.object({
    type: z.literal("nudged"),
    reason: z.enum(["no_call", "empty", "cut", "unparsed", "stuck"]),
    text: z.string(),
  }),
  z.object({ type: z.literal("limit_reached"), limit: z.literal("steps") }),
  z.object({ type: z.literal("compacted"), keepFrom: z.number(), summary: z.string() }),
  /** `withParent`: a child run that rests while the run above it is paused; it goes on with it. */
  z.object({
    type: z.literal("paused"),
    from: personSchema,
    via,
    withParent: z.boolean().optional(),
  }),
  z.object({ type: z.literal("resumed"), from: personSchema, via }),
  /** A time that was slept for has come (a retry's, a sleeping call's). */
  z.object({ type: z.literal("woke") }),
  /** A worker died or was stopped in the middle of this run; another one carried on. */
  z.object({ type: z.literal("recovered") }),
  z.object({ type: z.literal("cancel_requested"), reason: z.string(), from: personSchema, via }),

  z.object({ type: z.literal("completed"), answer: z.string() }),
  z.object({ type: z.literal("failed"), code: z.string(), message: z.string() }),
  z.object({ type: z.literal("cancelled"), reason: z.string(), from: personSchema }),
] as const;

/** Every event there is, told apart by `type`. */
export const eventBodySchema = z.discriminatedUnion("type", bodies);
/** An event before it is written. */
export type EventBody = z.infer<typeof eventBodySchema>;
/** The `type` of an event, in snake_case and the past tense. */
export type EventType = EventBody["type"];
/** An event with the moment it was recorded (ms since the epoch). Order is by version, never by time. */
export type RunEvent = EventBody & { at: number };
/** The event whose `type` is `T`. */
export type EventOf<T extends EventType> = Extract<EventBody, { type: T }>;

/** Whether the turn before had read untrusted text; a log that does not say has none. */
export function isUntrustedTurn(follows: NonNullable<EventOf<"launched">["follows"]>): boolean {
  return follows.tainted ?? false;
}
