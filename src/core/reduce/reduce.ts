/** `reduce(state, event) → state`. Total: every event is legal in every state, because it happened. */

import type { EventOf, RunEvent } from "../event.ts";
import { never } from "../never.ts";
import {
  type Entry,
  hasEnded,
  keepPause,
  type LivePhase,
  type Phase,
  pendingCalls,
  type State,
  underPause,
} from "../state.ts";
import { outputInBrief } from "../text/brief.ts";
import { outageAfter } from "../text/outage.ts";
import { withUndo } from "../undo.ts";
import { attached, attachedInWords } from "./attached.ts";
import { reduceCall } from "./calls.ts";
import { entered, entriesOf, told } from "./entries.ts";
import { forgotten } from "./forgotten.ts";
import { chosen, initial, launched } from "./launch.ts";
import { reduceQuestion } from "./questions.ts";
import { noNudges, withdrawAll } from "./settle.ts";
import { withLine } from "./step-lines.ts";
import { undoAsked } from "./undo.ts";
import { addUsage } from "./usage.ts";

/** After the end of a run its time stands still, and little is taken in; the version moves on with every event. */
export function reduce(state: State, event: RunEvent): State {
  if (event.type === "forgotten") return forgotten(event);
  const over = hasEnded(state);
  const after = over ? epilogue(state, event) : apply(state, event);
  // How long it took, and when it was last at work, stay what they were at its end.
  const updatedAt = over ? state.updatedAt : event.at;
  const outage = over ? null : outageAfter(state.outage, event.at, event);
  return { ...after, version: state.version + 1, updatedAt, outage };
}

type Remembered = Exclude<RunEvent, { type: "forgotten" }>;

/** Fold events onto a state. */
export function fold(events: readonly RunEvent[], from: State = initial): State {
  return events.reduce(reduce, from);
}

/** An end is final. Still to come are the place where it is told, and what becomes of an undo in a run of its own. */
function epilogue(state: State, event: Remembered): State {
  const isUndo = event.type === "undo_ended" || (event.type === "undo_asked" && event.runId !== null);
  return isUndo || event.type === "address_became" ? apply(state, event) : state;
}

function apply(state: State, event: Remembered): State {
  switch (event.type) {
    case "launched":
      return launched(event);
    case "heard":
      return heard(state, event);
    case "address_became": {
      const { provisional, address } = event;
      return {
        ...state,
        addresses: state.addresses.map((known) => (known === provisional ? address : known)),
      };
    }
    case "prefetched":
      return prefetched(state, event);
    case "event_arrived": {
      const { payload, omitted } = event;
      return { ...state, arrived: { ...state.arrived, [event.event]: { payload, omitted } } };
    }
    case "model_answered":
      return modelAnswered(state, event);
    case "model_failed":
      return modelFailed(state, event);
    case "decision_dropped":
      return { ...state, usage: addUsage(state.usage, event.usage) };
    case "call_started":
    case "call_finished":
    case "call_failed":
    case "call_doubted":
    case "call_suspended":
    case "call_cleared":
    case "call_slept":
    case "job_begun":
    case "call_progressed":
    case "job_cancelled":
    case "call_verified":
    case "child_launched":
    case "approval_voided":
      return reduceCall(state, event);
    case "question_asked":
    case "question_answered":
    case "approval_granted":
    case "approval_refused":
    case "call_edited":
    case "post_returned":
    case "tool_looked_for":
      return reduceQuestion(state, event);
    case "undo_asked":
      return undoAsked(state, event);
    case "undo_ended": {
      const { outcome, words, runId } = event;
      const by = runId === undefined ? {} : { runId };
      return withUndo(state, event.questionId, { ended: { outcome, words, ...by } });
    }
    case "nudged":
      return nudged(state, event);
    case "limit_reached":
      return { ...state, phase: { at: "limited" } };
    case "compacted":
      return compacted(state, event);
    case "paused":
    case "resumed":
    case "woke":
    case "recovered":
    case "cancel_requested":
      return control(state, event);
    case "completed":
      return ended(state, event.at, { at: "complete", answer: event.answer });
    case "failed":
      return ended(state, event.at, { at: "failed", code: event.code, message: event.message });
    case "cancelled":
      return ended(state, event.at, { at: "cancelled", reason: event.reason, from: event.from });
    default:
      return never(event);
  }
}

function heard(state: State, event: EventOf<"heard">): State {
  const entry: Entry = { type: "said", text: event.text, from: event.from.name, trusted: event.trusted };
  const line = withLine(state, {
    shape: "note",
    title: event.from.name,
    detail: outputInBrief(event.text),
    ms: null,
  });
  const heard = state.heard + 1;
  const after = { ...state, ...line, readUntrusted: state.readUntrusted || !event.trusted, heard };
  // A text that was about to be taken for the answer was written before these words.
  const phase = underPause(state.phase).at === "answered" ? keepPause(state, thinking()) : state.phase;
  return told({ ...after, phase }, event.context, [entry]);
}

function prefetched(state: State, event: EventOf<"prefetched">): State {
  const { tool, output, untrusted, attachments = [] } = event;
  const text = [output, ...attachments.map(attachedInWords)].join("\n");
  const entry: Entry = { type: "data", source: tool, text, trusted: !untrusted };
  const rest = state.prefetch.filter((one) => one !== tool);
  const shown = attached(state, tool, attachments);
  return entered({ ...shown, prefetch: rest, readUntrusted: state.readUntrusted || untrusted }, entry);
}

function modelAnswered(state: State, event: EventOf<"model_answered">): State {
  const { text, calls, items, provider } = event;
  const counted = {
    ...state,
    steps: state.steps + 1,
    compactions: 0,
    usage: addUsage(state.usage, event.usage),
    callsMade: state.callsMade + calls.length,
  };
  // A cut answer's calls never run and its text is not whole: the nudge that follows speaks of it instead.
  const after = event.cut
    ? counted
    : entered(counted, { type: "model", answer: { text, calls, items, provider } });
  if (event.cut || calls.length === 0) {
    const { refusal, cut } = event;
    return { ...after, phase: keepPause(state, { at: "answered", text: text ?? "", refusal, cut }) };
  }
  const acting: LivePhase = {
    at: "acting",
    calls: calls.map((call, index) => chosen(call, state.callsMade + index + 1)),
  };
  return { ...after, nudges: { ...noNudges, stuck: after.nudges.stuck }, phase: keepPause(state, acting) };
}

function thinking(): Extract<Phase, { at: "thinking" }> {
  return { at: "thinking", retryAt: null, attempts: 0 };
}

function modelFailed(state: State, event: EventOf<"model_failed">): State {
  const phase = underPause(state.phase);
  const attempts = (phase.at === "thinking" ? phase.attempts : 0) + 1;
  return { ...state, phase: keepPause(state, { at: "thinking", retryAt: event.retryAt, attempts }) };
}

function nudged(state: State, event: EventOf<"nudged">): State {
  const nudges = { ...state.nudges, [event.reason]: state.nudges[event.reason] + 1 };
  const traces = event.reason === "stuck" ? [] : state.traces;
  const phase = keepPause(state, thinking());
  return entered({ ...state, nudges, traces, phase }, { type: "notice", text: event.text });
}

function compacted(state: State, event: EventOf<"compacted">): State {
  const entries = entriesOf(state);
  const empty = { ...state, entries: [], contextTokens: 0, compactions: state.compactions + 1 };
  const summary: Entry = { type: "notice", text: event.summary };
  // The task itself survives every compaction.
  const tasks = entries.slice(0, event.keepFrom).filter((entry) => entry.type === "task");
  return [...tasks, summary, ...entries.slice(event.keepFrom)].reduce(entered, empty);
}

function control(
  state: State,
  event: EventOf<"paused" | "resumed" | "woke" | "recovered" | "cancel_requested">,
): State {
  const phase = state.phase;
  switch (event.type) {
    case "paused":
      return phase.at === "paused" || phase.at === "cancelling" || hasEnded(state)
        ? state
        : { ...state, phase: pausedPhase(phase as LivePhase, event) };
    case "resumed":
      return resumed(state);
    case "woke":
      return phase.at === "thinking" ? { ...state, phase: { ...phase, retryAt: null } } : state;
    case "recovered":
      return { ...state, recoveries: state.recoveries + 1 };
    default: {
      const live = underPause(phase);
      const pending = live.at === "acting" || live.at === "cancelling" ? live.calls : [];
      return {
        ...state,
        phase: { at: "cancelling", calls: pending, reason: event.reason, from: event.from },
      };
    }
  }
}

function pausedPhase(next: LivePhase, { withParent }: EventOf<"paused">): Phase {
  return withParent ? { at: "paused", next, withParent } : { at: "paused", next };
}

/** Resume grants the steps anew; what was in the way is tried again. */
function resumed(state: State): State {
  if (state.phase.at !== "paused" && state.phase.at !== "limited") return state;
  const next = underPause(state.phase);
  const phase = next.at === "limited" || next.at === "thinking" ? thinking() : next;
  return { ...state, phase, stepsGranted: state.steps + state.limits.steps };
}

function ended(state: State, at: number, phase: Phase): State {
  return withdrawAll({ ...state, updatedAt: at, phase, queued: [] }, pendingCalls(state));
}
