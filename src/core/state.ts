/** What the events of a run fold to. */
import type { Actor, Address, Person, Scope } from "./actor.ts";
import type { Attachment } from "./attachment.ts";
import type { ChosenCall, ToolCall } from "./chosen-call.ts";
import type { EventOf } from "./event.ts";
import type { StepLine } from "./message.ts";
import type { Pages } from "./pages.ts";
import type { Question } from "./question.ts";
import type { Outage } from "./text/outage.ts";
import { isEnded, type Status } from "./text/status.ts";
import type { Usage } from "./usage.ts";

/** A call of the current model answer and how far it is. */
export type Call = ChosenCall & {
  /** Counted over the whole run: providers may use an id again once it has left the context. */
  number: number;
  is:
    | { at: "chosen" }
    | { at: "asking"; questionId: string }
    /** `elsewhere`: the process that came upon it has no such tool, and has left it to another one. */
    | { at: "approved"; elsewhere?: true }
    | { at: "started"; attempt: number; startedAt: number }
    | { at: "doubted"; questionId: string }
    /** People have answered what its tool asked: it goes on with that. */
    | { at: "answered"; elsewhere?: true }
    | { at: "sleeping"; until: number | null; event: string | null }
    | { at: "with_child"; runId: string }
    /** Its work goes on outside; the tool finds it by `handle` (JSON). `since`: ms since the epoch. */
    | { at: "in_job"; handle: unknown; since: number }
    /** It came to its end; until `until` (ms since the epoch) it is looked at whether it helped. */
    | { at: "verifying"; result: CallResult; since: number; until: number }
    | { at: "settled"; ok: boolean };
  /** Attempts so far; the idempotency key never changes with it. */
  attempts: number;
  /** The key that the first attempt had; null before it. */
  key: string | null;
  /** The hash that people approved, when they did. */
  approvedHash: string | null;
  /** A person's call, which undoes what was approved by this question; it belongs to no model answer. */
  undoes?: string;
  /** Who changed the arguments that the model chose, in words; null: they are the model's. */
  changedBy: string | null;
  /** The last recorded words of its job or of the look at whether it helped, and how many there were until when (ms). */
  progress?: string;
  progressed?: { count: number; at: number };
  /** What its tool asked people: how it goes on (JSON), and the answer once there is one. null: it begins anew. */
  asks?: { held: unknown; answer: string | null } | null;
};

/** What a call came to, before the model is told. */
interface CallResult {
  output: string;
  /** The tool's own words, for the step's line: the way back and the verdict have places of their own. */
  own: string;
  ok: boolean;
  untrusted: boolean;
  /** ms */
  ms: number;
}

/**
 * What may come next, each member with exactly what that takes.
 * thinking: the model is asked (not before `retryAt`) · acting: calls are carried out, in the model's order
 * answered: the model answered without a call, and what that means is decided before anything else
 * asking: a question that belongs to no call (stuck, budget) · limited: the granted steps are used up
 * paused: `next` goes on after a resume (`withParent`: after that of the run above it) · cancelling: a started call is
 * waited for, nothing else starts
 */
export type Phase =
  | { at: "thinking"; retryAt: number | null; attempts: number }
  | { at: "acting"; calls: readonly Call[] }
  | { at: "answered"; text: string; refusal: string | null; cut: string | null }
  | { at: "asking"; questionId: string }
  | { at: "limited" }
  | { at: "paused"; next: LivePhase; withParent?: boolean }
  | { at: "cancelling"; calls: readonly Call[]; reason: string; from: Person }
  | { at: "complete"; answer: string }
  | { at: "failed"; code: string; message: string }
  | { at: "cancelled"; reason: string; from: Person };

/** The phases in which a run can still go on, paused or not. */
export type LivePhase = Extract<Phase, { at: "thinking" | "acting" | "answered" | "asking" | "limited" }>;

/** The phase as it is, or as it will be after the resume. */
export function underPause(phase: Phase): Exclude<Phase, { at: "paused" }> {
  return phase.at === "paused" ? phase.next : phase;
}

/** The same, from a paused run's point of view: a paused run stays paused whatever comes next. */
export function keepPause(state: State, next: LivePhase): Phase {
  return state.phase.at === "paused" ? { ...state.phase, next } : next;
}

/** One entry of the model's context, in the order it will be told. */
export type Entry =
  | { type: "task"; text: string; from: string; trusted: boolean }
  | { type: "said"; text: string; from: string; trusted: boolean }
  | { type: "data"; source: string; text: string; trusted: boolean }
  | { type: "notice"; text: string }
  | { type: "model"; answer: Pick<EventOf<"model_answered">, "text" | "calls" | "items" | "provider"> }
  | {
      type: "result";
      callId: string;
      tool: string;
      output: string;
      ok: boolean;
      untrusted: boolean;
      /** It ran with these arguments, not with those that the model chose. */
      changed?: { by: string; input: unknown };
    };

/** A question with how it was settled; times are ms since the epoch. */
export interface SettledQuestion extends Question {
  askedAt: number;
  settledAt: number;
  /** The way back from the call that was approved, once it has run. */
  undo?: Undo;
  /** What was answered; null when it was withdrawn because the run ended. */
  outcome: { kind: "answered" | "approved" | "refused" | "changed" | "withdrawn"; text: string };
  approvedBy: readonly Approver[];
  from: Person | null;
  channel: string | null;
}

/** A way back is offered once: who took it, and what came of it. Times are ms since the epoch. */
export interface Undo {
  call: ToolCall;
  /** null: no person has. `runId`: it has a run of its own; null: it is done in this run. */
  asked: { from: Person; at: number; runId: string | null } | null;
  /** Where no person asked: a model took it by a call of its own, that of this run or of `runId`. */
  ended: Omit<EventOf<"undo_ended">, "type" | "questionId"> | null;
}

/** A question that waits for somebody; `askedAt` in ms since the epoch. */
export interface OpenQuestion extends Question {
  askedAt: number;
  /** Who has approved so far (when `need` is more than one), and whom it did not reach. */
  approvedBy: readonly Approver[];
  returned?: readonly Pick<EventOf<"post_returned">, "to" | "reason">[];
}

/** `rule`: what let them approve; it must still stand when the call runs. */
export type Approver = Person & { rule?: string };

/** A finished call, as much of it as stuck detection needs. */
export interface Trace {
  tool: string;
  /** Tool and input as one string. */
  sign: string;
  ok: boolean;
  /** Of which model answer. */
  step: number;
}

/** A run, folded from its events; times are ms since the epoch. Plain data: a JSON copy of it is the same state. */
export interface State {
  runId: string;
  /** Version of the last event folded in; 0 before the first. */
  version: number;
  launchedAt: number;
  updatedAt: number;
  task: string;
  /** What it is called: the launch's title, or the task. */
  title: string;
  from: Person;
  /** With `from`, whoever launched the run as the authorisation saw them: child runs are launched in their name. */
  launcher: { groups: readonly string[]; guest: boolean; asked?: Actor["asked"]; scopes?: readonly Scope[] };
  channel: string;
  addresses: readonly Address[];
  agent: { name: string; hash: string };
  /** The run is exactly one call that somebody chose: its result is the outcome, and no model is asked. */
  direct: boolean;
  /** What its one call undoes, in another run; null: nothing. */
  undoes: NonNullable<EventOf<"launched">["undoes"]> | null;
  parent: EventOf<"launched">["parent"];
  follows: EventOf<"launched">["follows"];
  /** The run whose task it was started again with. */
  repeats?: string;
  phase: Phase;
  /** Read-only tools that still have to run before the first model request. */
  prefetch: readonly string[];
  /** Model answers so far. */
  steps: number;
  /** Model answers that are granted; renewed by resume and by an answer. */
  stepsGranted: number;
  /** Granted by each renewal. */
  limits: EventOf<"launched">["limits"];
  tokensGranted: number;
  costGranted: number;
  usage: Usage;
  /** What runs below this one used that have ended: it counts against the same limits. */
  below: { runs: number; tokens: number; costUsd: number };
  callsMade: number;
  /**
   * Grows whenever the model would see something new. A model's choice stands only at the count it was made on.
   */
  heard: number;
  /** What the model has been told, oldest first. */
  entries: Pages<Entry>;
  /** Estimated tokens of `entries`. */
  contextTokens: number;
  /** Compactions since the last model answer; a second overflow in a row ends the run. */
  compactions: number;
  /** Said while calls were pending: told after their results, since providers allow nothing in between. */
  queued: readonly Entry[];
  questions: readonly OpenQuestion[];
  /** The last few settled ones; older posts stand as they are. */
  settled: readonly SettledQuestion[];
  /** The model fails; null: it does not, as far as is known. */
  outage: Outage | null;
  /** The last few step lines for the progress post, and how many came before. */
  lines: readonly StepLine[];
  linesFolded: number;
  /** The last pictures that calls brought, newest last; older posts stand as they are. */
  pictures: readonly (Attachment & { tool: string })[];
  /** Bytes of all files that calls brought. */
  attachedBytes: number;
  /** The last finished calls, newest last. */
  traces: readonly Trace[];
  /** How often the model was reminded of what, since it last acted or was advised. */
  nudges: Readonly<Record<EventOf<"nudged">["reason"], number>>;
  /** Events from outside that have come, by name: before or while a call waits for them. */
  arrived: Readonly<Record<string, { payload: string; omitted: number }>>;
  /** It has read text from outside the trusted circle: `once` calls need approval from then on. */
  readUntrusted: boolean;
  recoveries: number;
  /** Who had it forgotten, and when: everything else that it held is gone. */
  forgotten?: { from: Person; at: number };
}

/** The phase in the seeds' words. */
export function statusOf(state: State): Status {
  const phase = state.phase;
  switch (phase.at) {
    case "thinking":
    case "answered":
    case "cancelling":
      return "running";
    case "acting":
      return statusOfCalls(phase.calls);
    case "asking":
      return "waiting_human_input";
    case "limited":
      return "max_steps_reached";
    default:
      return phase.at;
  }
}

/** Waiting for a person wins over sleeping; anything that can go on means running. */
function statusOfCalls(calls: readonly Call[]): Status {
  const next = calls.find((call) => !isWaiting(call) && call.is.at !== "settled");
  const waiting = calls.filter(isWaiting);
  const [firstWaiting] = waiting;
  if (!firstWaiting) return "running";
  // What comes after a waiting call in the model's order waits with it; what stands before it can still run.
  if (next && calls.indexOf(next) < calls.indexOf(firstWaiting)) return "running";
  return waiting.some((call) => call.is.at === "asking" || call.is.at === "doubted")
    ? "waiting_human_input"
    : "sleeping";
}

/** The call can't go on without a person, a time, an event or a child run. */
function isWaiting(call: Call): boolean {
  return (
    call.is.at === "asking" ||
    call.is.at === "doubted" ||
    call.is.at === "sleeping" ||
    call.is.at === "with_child"
  );
}

/** Complete, failed or cancelled. A run at its step limit has not ended: it can be resumed. */
export function hasEnded(state: State): boolean {
  return isEnded(statusOf(state));
}

/** The calls that are not settled yet, whatever phase holds them. */
export function pendingCalls(state: State): readonly Call[] {
  const phase = underPause(state.phase);
  return phase.at === "acting" || phase.at === "cancelling"
    ? phase.calls.filter((call) => call.is.at !== "settled")
    : [];
}
