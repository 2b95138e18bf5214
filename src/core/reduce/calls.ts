/** How the calls of one model answer move from chosen to settled. Every call gets exactly one result. */
import type { ToolCall } from "../chosen-call.ts";
import type { EventOf, RunEvent } from "../event.ts";
import {
  type Call,
  type Entry,
  keepPause,
  type LivePhase,
  type Phase,
  type State,
  underPause,
} from "../state.ts";
import { argumentsInBrief, brief, outputInBrief } from "../text/brief.ts";
import { verdictInWords } from "../text/verdict.ts";
import { isAside, takenItself } from "../undo.ts";
import { attached, attachedInWords } from "./attached.ts";
import { entered, flushed } from "./entries.ts";
import { progressed } from "./progress.ts";
import { cleared, withoutCard } from "./settle.ts";
import { withLine, withTrace } from "./step-lines.ts";
import { undoSettled } from "./undo.ts";

type CallEvent =
  | "call_started"
  | "call_finished"
  | "call_failed"
  | "call_doubted"
  | "call_suspended"
  | "call_cleared"
  | "call_slept"
  | "job_begun"
  | "call_progressed"
  | "job_cancelled"
  | "call_verified"
  | "child_launched"
  | "approval_voided";

/** An event of a call that is not there, or settled already (a late duplicate), changes nothing. */
export function reduceCall(state: State, event: Extract<RunEvent, { type: CallEvent }>): State {
  const call = findCall(state, event.callId);
  if (!call || call.is.at === "settled") return state;
  return reduceOpenCall(withBelow(state, event), call, event);
}

/** What a handed on task has used is this run's to answer for. */
function withBelow(state: State, event: Extract<RunEvent, { type: CallEvent }>): State {
  if (!("below" in event) || event.below === undefined) return state;
  const { runs, tokens, costUsd } = event.below;
  const sum = state.below;
  const below = { runs: sum.runs + runs, tokens: sum.tokens + tokens, costUsd: sum.costUsd + costUsd };
  return { ...state, below };
}

function reduceOpenCall(state: State, call: Call, event: Extract<RunEvent, { type: CallEvent }>): State {
  switch (event.type) {
    case "call_started":
      return moved(state, call, {
        attempts: event.attempt,
        key: event.key,
        is: { at: "started", attempt: event.attempt, startedAt: event.at },
      });
    case "call_finished":
      return finished(state, call, event);
    case "call_failed":
      return settled(state, call, failureOf(event), event.ms);
    case "call_doubted":
      return moved(state, call, { is: { at: "doubted", questionId: "" } });
    case "call_suspended":
      return moved(state, call, { asks: { held: event.held, answer: null } });
    case "call_cleared":
      return moved(state, call, cleared(call));
    case "call_slept":
      return moved(state, call, { is: { at: "sleeping", until: event.until, event: event.event } });
    case "job_begun":
      return moved(state, call, { is: { at: "in_job", handle: event.handle, since: event.at } });
    case "call_progressed":
      return moved(state, call, progressed(call, event));
    case "job_cancelled":
      return settled(state, call, { output: event.words, ok: false, untrusted: false }, 0);
    case "call_verified":
      return verified(state, call, event);
    case "child_launched":
      return moved(state, call, { is: { at: "with_child", runId: event.runId } });
    case "approval_voided":
      return moved(withoutCard(state, call.id, event), call, { is: { at: "chosen" }, approvedHash: null });
  }
}

function finished(state: State, call: Call, event: EventOf<"call_finished"> & { at: number }): State {
  const { output, untrusted, ms, verifyUntil, undo, attachments = [] } = event;
  const shown = attached(state, call.tool, attachments);
  const known = undo === undefined ? shown : undoable(shown, call, undo);
  // An undo of an undo is for people to press: it is no part of what the undo came to.
  const way = undo && call.undoes === undefined ? [undoInWords(undo)] : [];
  const told = [output, ...attachments.map(attachedInWords), ...way].join("\n");
  const result = { output: told, own: output, ok: true, untrusted };
  return verifyUntil === undefined
    ? settled(known, call, result, ms)
    : moved(known, call, {
        is: { at: "verifying", result: { ...result, ms }, since: event.at, until: verifyUntil },
      });
}

/** The approval that let the call run offers the way back. */
function undoable(state: State, call: Call, undo: ToolCall): State {
  const last = state.settled.findLast(({ callId, kind }) => callId === call.id && kind === "approval");
  if (last === undefined) return state;
  const offered = { ...last, undo: { call: undo, asked: null, ended: null } };
  return { ...state, settled: state.settled.map((known) => (known === last ? offered : known)) };
}

function undoInWords({ tool, input }: ToolCall): string {
  return `It can be undone by ${tool} with ${JSON.stringify(input)}.`;
}

function verified(state: State, call: Call, event: EventOf<"call_verified">): State {
  if (call.is.at !== "verifying") return state;
  const { ms, own, ...result } = call.is.result;
  const verdict = verdictInWords(event);
  const output = `${result.output}\n${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`;
  const line = `${outputInBrief(own)} — ${brief(verdict, 100)}`;
  return settled(state, call, { ...result, output, line }, ms + event.ms);
}

/** What the model is told: short, without stack, as data. People read of a freeze which one it is, and its end. */
function failureOf({ code, message, untrusted = false }: EventOf<"call_failed">): Result {
  const line = code === "frozen" ? { line: brief(message, 160) } : {};
  return { output: JSON.stringify({ error: code, message }), ...line, ok: false, untrusted };
}

interface Result {
  output: string;
  /** The tool's own words, where the model is told more; the step's line says them in brief. */
  own?: string;
  /** Instead of those: what the step's line says. */
  line?: string;
  /** And instead of the arguments. */
  asked?: string;
  ok: boolean;
  untrusted: boolean;
}

/** The call has its one result; when it was the last, the model is asked again. */
export function settled(state: State, call: Call, told: Result, ms: number): State {
  const { own, line: words = outputInBrief(own ?? told.output), asked, ...result } = told;
  const changed = call.changedBy === null ? {} : { changed: { by: call.changedBy, input: call.input } };
  const entry: Entry = { type: "result", callId: call.id, tool: call.tool, ...result, ...changed };
  const line = withLine(state, {
    shape: result.ok ? "done" : "failed",
    title: call.tool,
    detail: `${asked ?? argumentsInBrief(call.input)} → ${words}`.trimStart(),
    ms,
  });
  const known = { ...state, ...line, readUntrusted: state.readUntrusted || result.untrusted };
  const after = isAside(call, state)
    ? undoSettled(known, call, result)
    : entered(takenItself({ ...known, traces: withTrace(state, call, result.ok) }, call, told), entry);
  return allSettled(moved(after, call, { is: { at: "settled", ok: result.ok } }));
}

function allSettled(state: State): State {
  const phase = underPause(state.phase);
  if (phase.at !== "acting" || phase.calls.some((call) => call.is.at !== "settled")) return state;
  // An undo may have come in while people were asked whether the run goes on at all.
  const open = state.questions.find(({ callId }) => callId === null);
  const next: LivePhase = open
    ? { at: "asking", questionId: open.id }
    : { at: "thinking", retryAt: null, attempts: 0 };
  return flushed({ ...state, phase: keepPause(state, next) });
}

/** Names a call in its run for good: in keys, and for what is derived from it. */
export function lastingId(call: Pick<Call, "id" | "number">): string {
  return `${call.id}.${call.number}`;
}

/** A call of the newest model answer, while its calls are carried out or cancelled; paused or not. */
export function findCall(state: State, callId: string): Call | undefined {
  const phase = underPause(state.phase);
  return phase.at === "acting" || phase.at === "cancelling"
    ? phase.calls.find((call) => call.id === callId)
    : undefined;
}

/** The state with one call changed, in whatever phase holds the calls. */
export function moved(state: State, call: Call, change: Partial<Call>): State {
  return { ...state, phase: withCall(state.phase, call.id, change) };
}

function withCall(phase: Phase, callId: string, change: Partial<Call>): Phase {
  if (phase.at === "paused") return { ...phase, next: withCall(phase.next, callId, change) as LivePhase };
  return phase.at === "acting" || phase.at === "cancelling"
    ? { ...phase, calls: changed(phase.calls, callId, change) }
    : phase;
}

function changed(calls: readonly Call[], callId: string, change: Partial<Call>): readonly Call[] {
  return calls.map((call) => (call.id === callId ? { ...call, ...change } : call));
}
