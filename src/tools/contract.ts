/** The contract of a tool: what its author declares, and what the toolbox makes of that. */
import type { z } from "zod";
import type { ApprovalRule, ToolEffect, ToolSpec } from "../core/agent.ts";
import type { ToolCall } from "../core/chosen-call.ts";
import type { Absence, CallContext } from "../core/ports/toolbox.ts";
import type { Connection } from "./connection.ts";
import type { Secret } from "./secret.ts";

/**
 * What `reconcile` can tell about a call that was begun and never came back. `begun`: the job goes
 * on, and this is its handle.
 */
export type Reconciled<Handle = unknown> =
  | { type: "done"; output: string }
  | { type: "begun"; handle: Handle }
  | { type: "not_done" }
  | { type: "unknown" };

/**
 * How far the work of a job is. `progress`: a few words for the progress post. `lost`: it is over or gone and
 * nobody can say how it ended, now or later; `reconcile` is asked, and then a person. `reason` goes on after "I
 * can't tell whether it ran:".
 */
export type Polled =
  | { type: "running"; progress: string }
  | { type: "done"; result: unknown }
  | { type: "failed"; message: string }
  | { type: "lost"; reason: string };

/** `stopped`: null when nobody knows. `words`: for people. */
export interface Cancelled {
  stopped: boolean | null;
  words: string;
}

/** Characters of a preview, where the tool's own `maxOutput` is not larger. */
export const maxPreview = 64_000;

/** Did it help? `not_yet` is looked at again until the time is over. */
export interface Verified {
  verdict: "better" | "not_yet" | "worse";
  words: string;
}

/**
 * Work that outlives the call and the bot: `begin` is the call with its intent, its handle is an event, and between
 * two looks the run rests. An error of `poll` is "not known": it is asked again.
 */
interface Job<Input, Handle> {
  /** The handle is JSON; a later version of the bot reads it by this schema. It must hold no secret. */
  handle: z.ZodType<Handle>;
  begin(input: Input, context: CallContext): Promise<Handle>;
  poll(handle: Handle, context: CallContext): Promise<Polled>;
  /** Left out: the work can't be stopped, and people are told so. */
  cancel?(handle: Handle, context: CallContext): Promise<Cancelled>;
  /** Time between two looks, ms; default 5,000. */
  everyMs?: number;
}

interface Verification<Input> {
  /** Throw when it can't be looked at now: that is "not known", and is tried again. */
  check(input: Input, output: string, context: CallContext): Promise<Verified>;
  /** Time between two looks, ms; default 15,000. */
  everyMs?: number;
  /** After this time the answer is "not so far", ms; default 300,000. */
  withinMs?: number;
}

interface Declared<Input> {
  /** Lower case, digits and `_`, at most 63 characters. */
  name: string;
  /** What the model is told of it. */
  description: string;
  /** Every key required (`.nullable()` instead of `.optional()`), so that providers can hold the model to it. */
  input: z.ZodObject & z.ZodType<Input>;
  /** The JSON Schema of a tool from elsewhere, as its server wrote it; `input` checks by it. Left out: made of `input`. */
  schema?: Record<string, unknown>;
  /** Why it can't be used now; null: it can. */
  absence?(): Absence | null;
  /** What repeating the call does to the world. Left out: `once`, and people must approve. */
  effect?: ToolEffect;
  /** Left out: `once` tools need approval, the others none. false waives it; an object says who, how many. */
  requiresApproval?: boolean | Partial<ApprovalRule>;
  /** The key that makes a repeated call harmless; left out: the run's and the call's id. */
  idempotencyKey?(input: Input, callId: string): string;
  /** What the approver should see beside the arguments, whole: a diff, the current version. */
  preview?(input: Input, context: CallContext): Promise<string>;
  /** After the call came to its end: did it help? */
  verify?: Verification<Input>;
  /**
   * The call that would undo this one, or null. The model is told of it, and people press it on the settled approval:
   * then it is asked for as a call of its own, with its own preview. `output`: as the model gets it, so perhaps cut.
   * Should it throw, none is offered.
   */
  undo?(input: Input, output: string): ToolCall | null;
  /** What the doctor tries. */
  connection?: Connection;
  /** A tool whose secret is not set is left out, and the start says so. */
  secrets?: readonly Secret[];
  /** Why this bot goes without it, and what would change that. Agents may name it all the same; null: it is on. */
  off?: string | null;
  /** ms; default 60,000 */
  timeoutMs?: number;
  /** Characters of output that the model gets; default 64,000 */
  maxOutput?: number;
  /** The output comes from outside the trusted circle (a web page, a mail). */
  untrusted?: boolean;
  /** Who else may call it: clients of this bot's MCP server, each call as a run of its own. Left out: agents alone. */
  offer?: "mcp";
  /** The control flow itself carries this tool out; `run` is never called. */
  control?: ToolSpec["control"];
}

interface RunsAtOnce<Input> {
  /**
   * The result is a string or becomes JSON, or is `WithAttachments`. Throw an Error with words for the model; OutcomeUnknown
   * when it may have happened. An `Asks` puts a question to people: it is run again with `context.answered`.
   */
  run(input: Input, context: CallContext): unknown;
  /** After a crash or a timeout: did it happen? */
  reconcile?(input: Input, context: CallContext): Promise<Reconciled>;
  job?: never;
}

interface RunsAsJob<Input, Handle> {
  job: Job<Input, Handle>;
  /** After a crash in `begin`, and when `poll` says `lost`: was it begun, did it happen? */
  reconcile?(input: Input, context: CallContext): Promise<Reconciled<Handle>>;
  run?: never;
}

/** A tool whose call is done when `run` returns. */
export type PlainTool<Input> = Declared<Input> & RunsAtOnce<Input>;

/** What `defineTool` takes. `Input` is what its schema parses to, `Handle` how it finds the work of a job again. */
export type ToolDefinition<Input, Handle = unknown> =
  | PlainTool<Input>
  | (Declared<Input> & RunsAsJob<Input, Handle>);

/** A tool as the toolbox holds it: inputs and handles are `unknown` until their schemas have parsed them. */
export interface Tool {
  readonly spec: ToolSpec;
  readonly input: z.ZodType;
  readonly timeoutMs: number;
  readonly maxOutput: number;
  /** Names of the secrets that it needs and that are not set. */
  readonly missingSecrets: readonly string[];
  /** Why this bot goes without it; null: it is on. */
  readonly off: string | null;
  /** Clients of this bot's MCP server may call it; null: agents alone. */
  readonly offer: "mcp" | null;
  /** What the doctor tries; null: nothing. */
  readonly connection: Connection | null;
  /** Time between two looks at the job, ms; null: no job. */
  readonly pollMs: number | null;
  readonly verifyMs: { every: number; within: number } | null;
  absence(): Absence | null;
  idempotencyKey(input: unknown, callId: string): string | null;
  reconcile(input: unknown, context: CallContext): Promise<Reconciled>;
  preview(input: unknown, context: CallContext): Promise<string | null>;
  /** Of a job: begins it, and gives its handle. */
  run(input: unknown, context: CallContext): Promise<unknown>;
  poll(handle: unknown, context: CallContext): Promise<Polled>;
  cancel(handle: unknown, context: CallContext): Promise<Cancelled>;
  verify(input: unknown, output: string, context: CallContext): Promise<Verified>;
  undo(input: unknown, output: string): ToolCall | null;
}

/** A file beside a result, as a tool gives it. `alt`: what it shows, in words. */
export interface ToolAttachment {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
  alt: string;
}

/**
 * A tool returns this when files belong to its result: people are shown pictures in the thread, and find other files in
 * the console. The model is told of them by name; what it should know stands in `result`.
 */
export class WithAttachments {
  readonly result: unknown;
  readonly attachments: readonly ToolAttachment[];
  constructor(result: unknown, attachments: readonly ToolAttachment[]) {
    this.result = result;
    this.attachments = attachments;
  }
}

/** A tool throws this when its effect may have happened all the same: the reply was lost, not the request. */
export class OutcomeUnknown extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OutcomeUnknown";
  }
}
