/** What happens to one call of a tool, from its start to the word on whether it helped. */
import { z } from "zod";
import { attachmentSchema } from "./attachment.ts";
import { toolCallSchema } from "./chosen-call.ts";
import { belowSchema } from "./usage.ts";

/** Bodies of events about calls; `callId` names the call, times are ms. */
export const callEvents = [
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
  /** Its tool asks people before it goes on; `held` (JSON) is how it does so, over restarts and upgrades. */
  z.object({ type: z.literal("call_suspended"), callId: z.string(), held: z.unknown() }),
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
] as const;
