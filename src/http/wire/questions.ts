/** Questions on the wire: open, settled, and the list of what is open. Times in ms since the epoch. */
import { z } from "zod";
import { personSchema } from "../../core/actor.ts";
import { formSchema } from "../../core/form.ts";
import { argumentOriginSchema } from "../../core/question.ts";

const time = z.number();

/** An open question. `may_answer`: the caller may settle it now (answer it, or approve it). */
export const wireQuestionSchema = z.object({
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
  /** Whom it did not reach: the mail came back. `reason`: half a sentence. */
  returned: z.array(z.object({ to: z.string(), reason: z.string() })),
  /** This bot does not have the tool of the call now: an approval can only be refused until it is back. */
  tool_gone: z.boolean(),
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
  /** The run that undoes it, when that is another one; without `asked_by` its own model has. */
  run_id: z.string().nullable(),
  /** What came of it; empty before. */
  words: z.string(),
  /** Whether the caller may take it now; `why` says why not. */
  can: z.object({ allowed: z.boolean(), why: z.string().nullable() }),
});
/** Times are ms since the epoch. */
export type WireUndo = z.infer<typeof undoSchema>;

export const settledQuestionSchema = wireQuestionSchema
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
