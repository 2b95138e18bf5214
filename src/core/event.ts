/** What happened to a run: past tense, never changed. The only source of its state. */
import { z } from "zod";
import { askedSchema, personSchema, scopesSchema } from "./actor.ts";
import { attachmentSchema } from "./attachment.ts";
import { callEvents } from "./call-events.ts";
import { chosenCallSchema, toolCallSchema } from "./chosen-call.ts";
import { questionEvents } from "./question-events.ts";
import { endedStatuses } from "./text/status.ts";
import { usageSchema } from "./usage.ts";
import { contextSchema, viaSchema } from "./words.ts";

/** `room`: how many runs may still be launched below this one; logs of the first releases have none. */
const parentSchema = z
  .object({ runId: z.string(), callId: z.string(), depth: z.number(), room: z.number().optional() })
  .nullable();

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
      .object({
        groups: z.array(z.string()),
        guest: z.boolean(),
        asked: askedSchema.optional(),
        /** Of a token; logs of former releases have none. */
        scopes: scopesSchema.optional(),
      })
      .optional(),
    via: viaSchema,
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
    parent: parentSchema,
    /** The run is exactly this one call, chosen by whoever launched it; no model is asked. */
    call: toolCallSchema.optional(),
    /** Its call undoes what was approved by this question of another run, a call of this tool. */
    undoes: z.object({ runId: z.string(), questionId: z.string(), tool: z.string() }).optional(),
    /** The run whose task it was started again with; missing also in logs of the first release. */
    repeats: z.string().optional(),
  }),
  z.object({
    type: z.literal("heard"),
    text: z.string(),
    from: personSchema,
    via: viaSchema,
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
    /** Files that belong to the result; their bytes are in the store. */
    attachments: z.array(attachmentSchema).optional(),
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

  ...callEvents,
  ...questionEvents,

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
    via: viaSchema,
    withParent: z.boolean().optional(),
  }),
  z.object({ type: z.literal("resumed"), from: personSchema, via: viaSchema }),
  /** A time that was slept for has come (a retry's, a sleeping call's). */
  z.object({ type: z.literal("woke") }),
  /** A worker died or was stopped in the middle of this run; another one carried on. */
  z.object({ type: z.literal("recovered") }),
  z.object({ type: z.literal("cancel_requested"), reason: z.string(), from: personSchema, via: viaSchema }),

  z.object({ type: z.literal("completed"), answer: z.string() }),
  z.object({ type: z.literal("failed"), code: z.string(), message: z.string() }),
  z.object({ type: z.literal("cancelled"), reason: z.string(), from: personSchema }),
  /** Somebody had an ended run forgotten: the events before this one are gone, and this is all that is known of it. */
  z.object({
    type: z.literal("forgotten"),
    runId: z.string(),
    /** Of this event, which is the first one of its log that is left. */
    version: z.number(),
    from: personSchema,
    via: viaSchema,
    launchedAt: z.number(),
    launchedBy: personSchema,
    channel: z.string(),
    agent: z.object({ name: z.string(), hash: z.string() }),
    parent: parentSchema,
    endedAt: z.number(),
    ended: z.enum(endedStatuses),
    steps: z.number(),
    usage: usageSchema,
  }),
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
