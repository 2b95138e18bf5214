/** What the outside may ask of a run. Nothing here has happened yet: `admit` decides. */
import type { Actor, Address } from "./actor.ts";
import type { ToolCall } from "./chosen-call.ts";
import type { ArgumentOrigin } from "./question.ts";

/** Where words came from: shown beside an answer, and the place for a private reply. */
export interface Via {
  channel: string;
  address?: Address;
  /** Of the inbound message whose words these are. */
  key?: string;
}

/** Text that somebody points at: data, fenced, never instructions. `trusted`: they wrote it themselves. */
export interface Context {
  source: string;
  text: string;
  trusted: boolean;
}

/** Starts a run. `runId` is chosen by the caller, so that a repeated launch meets the run of the first. */
export interface Launch {
  type: "launch";
  runId: string;
  task: string;
  /** What people see the run called by, when its task does not tell it from others: a webhook's fields. Plain text. */
  title?: string;
  actor: Actor;
  via: Via;
  addresses: Address[];
  /** Text around the task (a thread, a webhook's body): data, fenced, never instructions. */
  context: Context[];
  /** False for what no listed person wrote (webhook, mail): the run starts marked. */
  trusted: boolean;
  /** The finished run at the same address that this one continues. */
  follows: { runId: string; task: string; outcome: string; untrusted: boolean } | null;
  parent: { runId: string; callId: string; depth: number; room?: number } | null;
  /** What is left of the limits of the run above: a whole tree of runs has one. */
  atMost?: { tokens: number; costUsd: number };
  /** The run is exactly this call: checked, approved and carried out like a model's choice, without a model. */
  call?: ToolCall;
  /** What this call undoes: people approve it, whatever its tool asks for. */
  undoes?: { runId: string; questionId: string; tool: string };
  /** The run whose task it is started again with. */
  repeats?: string;
}

/** Arguments that a person edited, as they will be shown: `hash` is of the bytes that an approval binds. */
interface EditedCall {
  hash: string;
  preview: string | null;
  /** Where the arguments come from. */
  origins?: readonly ArgumentOrigin[];
}

/** A launch as its source words it; the engine names the run. */
export type LaunchRequest = Omit<Launch, "type" | "runId">;

/** Other arguments for the call of an approval, as a person wants them shown. */
export type Edit = Pick<Extract<Command, { type: "edit" }>, "questionId" | "input" | "actor" | "via">;

/** Everything anybody may ask, whichever surface it comes from. `via` says which one. */
export type Command =
  | Launch
  /**
   * `writtenAt`: when the words were written, ms since the epoch; missing: now. `said`: without code and quotes.
   * `context`: what they point at.
   */
  | {
      type: "say";
      text: string;
      said?: string;
      context?: Context[];
      actor: Actor;
      via: Via;
      writtenAt?: number;
    }
  /**
   * Without a question id: accepted while exactly one question is open. `answer` may be a choice's value. `typed`:
   * somebody wrote it who was shown labels, so that a label counts before a value; see `fillIn` for its names.
   */
  | {
      type: "provide_input";
      questionId: string | null;
      answer: string;
      typed?: readonly string[];
      context?: Context[];
      actor: Actor;
      via: Via;
    }
  /** The call of this approval, exactly as the question shows it. */
  | { type: "approve"; questionId: string; actor: Actor; via: Via }
  /**
   * Other arguments for the call of an approval: it is shown anew, and approved by nobody yet. `shown`: what the
   * engine made of them once they were checked; absent: there is no such tool.
   */
  | { type: "edit"; questionId: string; input: unknown; shown?: EditedCall; actor: Actor; via: Via }
  | { type: "refuse"; questionId: string; reason: string; actor: Actor; via: Via }
  /** Undo what was approved by this question. `call`: what was offered, as the engine has checked it. */
  | { type: "undo"; questionId: string; call?: ToolCall; actor: Actor; via: Via }
  /** An event from outside that the run asked for; the one-time URL was the authority. */
  | { type: "deliver_event"; event: string; payload: string; actor: Actor; via: Via }
  | { type: "pause"; actor: Actor; via: Via }
  | { type: "resume"; actor: Actor; via: Via }
  | { type: "cancel"; reason: string; actor: Actor; via: Via }
  /** A run that has ended, for good. `below`: with the run that started it, the only way for a child run. */
  | { type: "forget"; below: boolean; actor: Actor; via: Via };

/** What may be asked of a run that exists. */
export type RunCommand = Exclude<Command, Launch>;

/** A refusal is data: the code is for programs, the words say what is wrong, what we have, what to do. */
export interface Refusal {
  code: RefusalCode;
  message: string;
  /** Open questions, when naming one of them would help. */
  questions?: { id: string; kind: string; text: string }[];
  /** What the question can be answered with, when the answer was none of it. */
  choices?: readonly { value: string; label: string }[];
  /** The argument that is wrong, where it is one: a form says it there. */
  argument?: string;
  /** The run that stands against it, where that is another one. */
  runId?: string;
}

/** For programs; clients of the API read it as the `code` of a problem document. */
export type RefusalCode =
  | "run_not_found"
  | "unknown_agent"
  | "run_busy"
  | "run_finished"
  | "run_not_running"
  | "waiting_for_input"
  | "not_waiting_for_input"
  | "question_ambiguous"
  | "question_not_found"
  | "question_closed"
  | "already_answered"
  | "answer_invalid"
  | "not_allowed"
  | "not_an_answerer"
  | "not_an_approver"
  | "insufficient_scope"
  | "empty_text"
  | "already_launched"
  | "place_taken"
  | "not_undoable"
  | "undo_asked"
  | "run_forgotten"
  | "part_of_a_run";
