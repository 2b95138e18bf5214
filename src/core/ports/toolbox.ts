/** What the engine needs of the tools: check a call, run it, ask what became of it. */
import type { ToolSpec } from "../agent.ts";
import type { FreshAttachment } from "../attachment.ts";
import type { CallFailure } from "../call-failure.ts";
import type { ToolCall } from "../chosen-call.ts";
import type { FormAnswer } from "../text/form-answer.ts";
import type { ToolQuestion } from "../tool-question.ts";

/**
 * What a tool is told beside its input. `signal` aborts when the call must end: tools pass it on to what they
 * wait for.
 */
export interface CallContext {
  runId: string;
  /** Unique in the run, for good. */
  callId: string;
  /** The same on every attempt. */
  key: string;
  /** Grows each time another worker takes the run: a fencing token for whatever can refuse an older one. */
  epoch: number;
  signal: AbortSignal;
  /** A few words of how far it is, for the step's line; most of many are dropped. Absent where nobody would see them. */
  progress?(words: string): void;
  /** What people answered to the tool's own question, and what it held then. Absent: it has asked nobody. */
  answered?: { held: unknown; answer: FormAnswer };
}

/** What else there is of a call that came to its end. */
interface Aftermath {
  /** How long it is looked at whether it helped, ms; absent: nothing can tell. */
  verifyForMs?: number;
  /** The call that would undo it; absent: it can't be undone, or not by a tool. */
  undo?: ToolCall;
  /** Files that belong to the result, within the limits; the engine stores them. */
  attachments?: readonly FreshAttachment[];
}

/** `output`: what the model reads, in the tool's limit; `omitted`: how many characters were left out of it. */
export type Finished = { type: "finished"; output: string; omitted: number } & Aftermath;

/** What became of a call; `failed` surely had no effect, `in_doubt` may have had one. */
export type CallOutcome =
  | Finished
  /** Its work goes on outside of the call; `handle` (JSON) is how `poll` finds it. */
  | { type: "begun"; handle: unknown }
  /** It needs people before it goes on; then it is run again, with `held` (JSON) and the answer. */
  | { type: "asks"; ask: ToolQuestion; held: unknown }
  /** `unrun`: nothing was begun now, and what an earlier attempt did is not known. */
  | ({ type: "failed"; unrun?: true } & CallFailure)
  /** Timed out or interrupted: it may have happened. */
  | { type: "in_doubt"; reason: string };

/** `nextMs`: look again after so many ms. */
export type JobState =
  | { type: "running"; progress: string; nextMs: number }
  | { type: "unknown"; progress: string; nextMs: number }
  | Finished
  | ({ type: "failed" } & CallFailure)
  /** Nobody can look any more, now or later: how it ended is not known. */
  | { type: "lost"; reason: string };

/**
 * Why a tool can't be used now. away: what it needs is not there at the moment · changed: it is not what was accepted
 * any more, and what people approved of it is void. `words` go on after the tool's name and a colon.
 */
export interface Absence {
  code: "away" | "changed";
  words: string;
}

interface Verdict {
  verdict: "better" | "worse" | "not_yet" | "unknown";
  words: string;
  /** Look again after so many ms, while it is not decided. */
  nextMs: number;
}

/** The tools by name. `key`: the idempotency key that every attempt of the same call shares. */
export interface Toolbox {
  readonly specs: Readonly<Record<string, ToolSpec>>;
  /** Parse and check; `input` is canonical from here on. Never throws. */
  check(tool: string, args: string): { input: unknown; error?: CallFailure };
  /** null: it can be used. What can't be used is offered to no model. */
  absence(tool: string): Absence | null;
  /** Check an input that a person edited. `argument`: the first one that is wrong, where it is one. */
  checkInput(tool: string, input: unknown): { input: unknown; error?: CallFailure; argument?: string };
  key(tool: string, input: unknown, call: { runId: string; callId: string }): string;
  run(tool: string, input: unknown, context: CallContext): Promise<CallOutcome>;
  reconcile(
    tool: string,
    input: unknown,
    context: CallContext,
  ): Promise<Finished | { type: "begun"; handle: unknown } | { type: "not_done" } | { type: "unknown" }>;
  /** How far the work of a job is. Never throws; `unknown`: it could not be looked at, ask again. */
  poll(tool: string, input: unknown, handle: unknown, context: CallContext): Promise<JobState>;
  /** Asks the work of a job to stop. `stopped`: null when nobody knows. Never throws. */
  cancel(
    tool: string,
    handle: unknown,
    context: CallContext,
  ): Promise<{ stopped: boolean | null; words: string }>;
  /** Whether a call that came to its end helped. Never throws; `unknown`: it could not be looked at, ask again. */
  verify(tool: string, input: unknown, output: string, context: CallContext): Promise<Verdict>;
  preview(tool: string, input: unknown, context: CallContext): Promise<string | null>;
}
