/** Questions are data: how they open, are settled, and what their settlement does to the run. */
import type { Person } from "./actor.ts";
import { findCall, moved, settled } from "./calls.ts";
import { entered } from "./context.ts";
import type { Event, EventOf } from "./event.ts";
import {
  keepPause,
  type OpenQuestion,
  type pendingCalls,
  type SettledQuestion,
  type State,
  underPause,
} from "./state.ts";

const keptSettled = 8;

type QuestionEvent = "question_asked" | "question_answered" | "approval_granted" | "approval_refused";

export function reduceQuestion(state: State, event: Extract<Event, { type: QuestionEvent }>): State {
  if (event.type === "question_asked") return asked(state, event);
  const question = state.questions.find((open) => open.id === event.questionId);
  if (!question) return state;
  switch (event.type) {
    case "question_answered":
      return answered(state, question, event);
    case "approval_granted":
      return granted(state, question, event);
    case "approval_refused":
      return refused(state, question, event);
  }
}

function asked(state: State, event: EventOf<"question_asked"> & { at: number }): State {
  const question: OpenQuestion = { ...event.question, askedAt: event.at, approvedBy: [] };
  const open = { ...state, questions: [...state.questions, question] };
  if (question.callId === null) {
    const asking = { at: "asking", questionId: question.id } as const;
    return { ...open, phase: keepPause(open, asking) };
  }
  const call = findCall(open, question.callId);
  if (!call) return open;
  const is = question.kind === "doubt" ? "doubted" : "asking";
  return moved(open, call, { is: { at: is, questionId: question.id } });
}

/** An answer is a person at work with the run: the steps are granted anew. */
function answered(
  state: State,
  question: OpenQuestion,
  event: EventOf<"question_answered"> & { at: number },
): State {
  const label = question.choices.find((choice) => choice.value === event.answer)?.label ?? event.answer;
  const closed = renewed(close(state, question, { kind: "answered", text: label }, event));
  const call = question.callId === null ? undefined : findCall(closed, question.callId);
  switch (question.kind) {
    case "ask": {
      const output = JSON.stringify({ answer: event.answer });
      const ms = event.at - question.askedAt;
      return call ? settled(closed, call, { output, ok: true, untrusted: false }, ms) : closed;
    }
    case "doubt":
      return doubtSettled(closed, question, event);
    case "stuck":
    case "budget":
      return advised(closed, question, event);
    case "approval":
      return closed;
  }
}

/** It ran · it did not: run it · stop. Nothing else can turn a doubt into an execution. */
function doubtSettled(
  state: State,
  question: OpenQuestion,
  event: EventOf<"question_answered"> & { at: number },
): State {
  const call = findCall(state, question.callId ?? "");
  if (!call) return state;
  const who = event.from.name;
  switch (event.answer) {
    case "happened": {
      const output = `${who} confirmed that this call took effect. Its output is not known.`;
      return settled(state, call, { output, ok: true, untrusted: false }, 0);
    }
    case "run":
      return moved(state, call, { is: { at: "approved" }, approvedHash: question.call?.hash ?? "" });
    default: {
      const output = `It is not known whether this call took effect. ${who} decided to stop here.`;
      return stopping(settled(state, call, { output, ok: false, untrusted: false }, 0), event.from);
    }
  }
}

function advised(state: State, question: OpenQuestion, event: EventOf<"question_answered">): State {
  if (event.answer === "stop") return stopping(state, event.from);
  const thinking = { at: "thinking", retryAt: null, attempts: 0 } as const;
  const phase = keepPause(state, thinking);
  const granted = {
    ...state,
    phase,
    traces: [],
    nudges: { answer: 0, stuck: 0 },
    tokensGranted:
      question.kind === "budget" ? spentTokens(state) + state.limits.tokens : state.tokensGranted,
    costGranted:
      question.kind === "budget" ? (state.usage.costUsd ?? 0) + state.limits.costUsd : state.costGranted,
  };
  const advice = event.answer === "continue" ? null : event.answer;
  return advice === null
    ? granted
    : entered(granted, { type: "said", text: advice, from: event.from.name, trusted: true });
}

function stopping(state: State, from: Person): State {
  const phase = underPause(state.phase);
  const calls = phase.at === "acting" ? phase.calls : [];
  return {
    ...state,
    phase: { at: "cancelling", calls, reason: "stopped by the answer to a question", from },
  };
}

/** An edit replaces the bytes: whoever approved the former ones has not approved these. */
function granted(
  state: State,
  question: OpenQuestion,
  event: EventOf<"approval_granted"> & { at: number },
): State {
  const changed = event.edited && question.call !== null;
  const call =
    changed && question.call
      ? { ...question.call, input: event.input, hash: event.hash ?? question.call.hash, preview: null }
      : question.call;
  const others = changed ? [] : question.approvedBy.filter((who) => who.principal !== event.from.principal);
  const approvedBy = [...others, event.from];
  const now: OpenQuestion = { ...question, call, approvedBy };
  const pending = findCall(state, question.callId ?? "");
  const edited = pending && changed ? moved(state, pending, { input: event.input }) : state;
  if (approvedBy.length < question.need) return askOn(edited, question, { now, event });
  const names = approvedBy.map((who) => who.name).join(", ");
  const text = changed ? `${names} (with changed arguments)` : names;
  const closed = renewed(close(edited, now, { kind: "approved", text }, event));
  const approved = { is: { at: "approved" }, approvedHash: call?.hash ?? "" } as const;
  return pending ? moved(closed, pending, approved) : closed;
}

/**
 * More people must approve. What was edited is another question: a press on the card that showed the former arguments
 * must not count for these.
 */
function askOn(
  state: State,
  before: OpenQuestion,
  { now, event }: { now: OpenQuestion; event: EventOf<"approval_granted"> & { at: number } },
): State {
  if (!event.edited) {
    return { ...state, questions: state.questions.map((open) => (open.id === now.id ? now : open)) };
  }
  const outcome = { kind: "changed", text: "The arguments were changed; it is asked anew." } as const;
  const closed = close(state, before, outcome, event);
  const anew: OpenQuestion = { ...now, id: questionId(state), askedAt: event.at };
  const call = findCall(closed, now.callId ?? "");
  const open = { ...closed, questions: [...closed.questions, anew] };
  return call ? moved(open, call, { is: { at: "asking", questionId: anew.id } }) : open;
}

function refused(
  state: State,
  question: OpenQuestion,
  event: EventOf<"approval_refused"> & { at: number },
): State {
  const closed = renewed(close(state, question, { kind: "refused", text: event.reason }, event));
  const call = findCall(closed, question.callId ?? "");
  const output = JSON.stringify({
    error: "refused",
    message: `${event.from.name} refused this call: ${event.reason}`,
  });
  return call
    ? settled(closed, call, { output, ok: false, untrusted: false }, event.at - question.askedAt)
    : closed;
}

function close(
  state: State,
  question: OpenQuestion,
  outcome: SettledQuestion["outcome"],
  event: { at: number; from: Person; via: { channel: string } },
): State {
  return {
    ...state,
    questions: state.questions.filter((open) => open.id !== question.id),
    settled: [...state.settled, settledAs(question, outcome, event)].slice(-keptSettled),
  };
}

function settledAs(
  { approvedBy: _, ...asked }: OpenQuestion,
  outcome: SettledQuestion["outcome"],
  event: { at: number; from?: Person; via?: { channel: string } },
): SettledQuestion {
  return {
    ...asked,
    settledAt: event.at,
    outcome,
    from: event.from ?? null,
    channel: event.via?.channel ?? null,
  };
}

function renewed(state: State): State {
  return { ...state, stepsGranted: state.steps + state.limits.steps };
}

export function spentTokens(state: Pick<State, "usage">): number {
  return state.usage.inputTokens + state.usage.outputTokens;
}

/** Unique over all runs, short enough for a button's value, and the same whenever it is decided again. */
export function questionId(state: Pick<State, "runId" | "version">, index = 0): string {
  return `${state.runId}.${state.version + index}`;
}

/** The run ended: open questions are withdrawn, and calls without a result get one, so that the log has no gaps. */
export function withdrawAll(state: State, pending: ReturnType<typeof pendingCalls>): State {
  // All of them stay, however many: each must be shown and stored as settled.
  const withdrawn = state.questions.map((question) =>
    settledAs(question, { kind: "withdrawn", text: "the run ended" }, { at: state.updatedAt }),
  );
  const closed: State = { ...state, questions: [], settled: [...state.settled, ...withdrawn] };
  return pending.reduce((sum, call, index) => {
    // The calls before a final answer are settled when it completes the run.
    const done = state.phase.at === "complete" && index === 0;
    const output = done
      ? "The answer was delivered."
      : call.is.at === "started"
        ? "It is not known whether this call took effect: the run ended first."
        : "Not run: the run ended first.";
    return entered(sum, {
      type: "result",
      callId: call.id,
      tool: call.tool,
      output,
      ok: done,
      untrusted: false,
    });
  }, closed);
}
