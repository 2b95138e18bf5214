/** What people are asked, and what they settle: answers, approvals, edits and undos. */
import { z } from "zod";
import { personSchema } from "./actor.ts";
import { toolCallSchema } from "./chosen-call.ts";
import { questionSchema } from "./question.ts";
import { contextSchema, viaSchema } from "./words.ts";

/** Bodies of events about questions; `questionId` names the question. */
export const questionEvents = [
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
    via: viaSchema,
  }),
  /**
   * One approval. `edited`, with `input` and `hash`: in logs up to 0.2.0 an edit approved what it made, unseen; since
   * then a `call_edited` comes before, and what it made is asked anew.
   */
  z.object({
    type: z.literal("approval_granted"),
    questionId: z.string(),
    from: personSchema,
    via: viaSchema,
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
    via: viaSchema,
  }),
  /** Somebody who may approve changed the arguments: what was asked is settled, and these are asked anew. */
  z.object({
    type: z.literal("call_edited"),
    questionId: z.string(),
    input: z.unknown(),
    from: personSchema,
    via: viaSchema,
  }),
  /** What asks it at this address came back: `to`, whom it was for, does not know of it. `reason`: half a sentence. */
  z.object({
    type: z.literal("post_returned"),
    questionId: z.string(),
    address: z.string(),
    to: z.string(),
    reason: z.string(),
  }),
  /**
   * A bot that started looked for the tool of the question's call, and what it found is news: it is gone, or back.
   * `elsewhere`: people have settled the question, the process that came upon the call has no such tool, and the run is
   * left to another one that has.
   */
  z.object({
    type: z.literal("tool_looked_for"),
    questionId: z.string(),
    found: z.boolean(),
    elsewhere: z.literal(true).optional(),
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
    via: viaSchema,
  }),
  /**
   * What became of an undo that had a run of its own; or, with `runId`, that the model of that other run had taken this
   * way back by a call of its own.
   */
  z.object({
    type: z.literal("undo_ended"),
    questionId: z.string(),
    outcome: z.enum(["undone", "refused", "failed"]),
    words: z.string(),
    runId: z.string().optional(),
  }),
] as const;
