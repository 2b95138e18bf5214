/** Questions are data: how they open, are settled, and what their settlement does to the run. */
import type { Person } from "../actor.ts";
import type { EventOf, RunEvent } from "../event.ts";
import { forTool } from "../fill-in.ts";
import { type Call, keepPause, type OpenQuestion, type State, underPause } from "../state.ts";
import { answerInWords } from "../text/form-answer.ts";
import { wordsInBrief } from "../text/plain-words.ts";
import { unknownEffect } from "../text/unknown-effect.ts";
import { edited, granted, refused } from "./approvals.ts";
import { findCall, moved, settled } from "./calls.ts";
import { entered, told } from "./entries.ts";
import { anew, closeQuestion, noNudges, renewed, usedCost, usedTokens } from "./settle.ts";

type QuestionEvent =
  | "question_asked"
  | "question_answered"
  | "approval_granted"
  | "approval_refused"
  | "call_edited"
  | "post_returned"
  | "tool_looked_for";

/** An event of a question that is not open any more changes nothing. */
export function reduceQuestion(state: State, event: Extract<RunEvent, { type: QuestionEvent }>): State {
  if (event.type === "question_asked") return asked(state, event);
  if (event.type === "tool_looked_for" && event.elsewhere) return leftToOthers(state, event);
  const question = state.questions.find((open) => open.id === event.questionId);
  if (!question) return state;
  switch (event.type) {
    case "question_answered":
      return answered(state, question, event);
    case "approval_granted":
      return granted(state, question, event);
    case "approval_refused":
      return refused(state, question, event);
    case "call_edited":
      return edited(state, question, event);
    case "post_returned":
      return cameBack(state, question, event);
    case "tool_looked_for":
      return lookedFor(state, question, event);
  }
}

function cameBack(state: State, question: OpenQuestion, { to, reason }: EventOf<"post_returned">): State {
  return replaced(state, question, {
    ...question,
    returned: [...(question.returned ?? []), { to, reason }],
  });
}

function lookedFor(state: State, question: OpenQuestion, { found }: EventOf<"tool_looked_for">): State {
  const { toolGone: _, ...here } = question;
  return replaced(state, question, found ? here : { ...here, toolGone: true });
}

/** What people have settled stands; it waits for a process that has the tool. */
function leftToOthers(state: State, { questionId }: EventOf<"tool_looked_for">): State {
  const settled = state.settled.find(({ id }) => id === questionId);
  const call = findCall(state, settled?.callId ?? "");
  if (call?.is.at !== "approved" && call?.is.at !== "answered") return state;
  return moved(state, call, { is: { at: call.is.at, elsewhere: true } });
}

function replaced(state: State, question: OpenQuestion, now: OpenQuestion): State {
  return { ...state, questions: state.questions.map((open) => (open === question ? now : open)) };
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
  const label = answerInWords(question, event.answer);
  const settling = renewed(closeQuestion(state, question, { kind: "answered", text: label }, event));
  const closed = told(settling, event.context);
  const call = question.callId === null ? undefined : findCall(closed, question.callId);
  switch (question.kind) {
    case "ask": {
      if (call?.asks) return supplied(closed, { ...call, asks: call.asks }, question, event);
      if (!call) return closed;
      const output = JSON.stringify({ answer: event.answer });
      const asked = wordsInBrief(question.text, 80);
      const untrusted = event.trusted === false;
      return settled(closed, call, { output, asked, ok: true, untrusted }, event.at - question.askedAt);
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

/** The tool that asked goes on with the answer. */
function supplied(
  state: State,
  call: Call & { asks: NonNullable<Call["asks"]> },
  { form }: OpenQuestion,
  { answer, trusted = true }: EventOf<"question_answered">,
): State {
  const known = { ...state, readUntrusted: state.readUntrusted || !trusted };
  return moved(known, call, {
    is: { at: "answered" },
    asks: { ...call.asks, answer: forTool(form, answer) },
  });
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
      // One word can't stand for several approvals: then it is asked for them anew.
      return question.need > 1
        ? moved(state, call, { is: { at: "chosen" }, approvedHash: null, ...anew(call) })
        : moved(state, call, {
            is: { at: "approved" },
            approvedHash: question.call?.hash ?? "",
            ...anew(call),
          });
    default: {
      const output = `${unknownEffect}. ${who} decided to stop here.`;
      return stopping(settled(state, call, { output, ok: false, untrusted: false }, 0), event.from);
    }
  }
}

function advised(state: State, question: OpenQuestion, event: EventOf<"question_answered">): State {
  if (event.answer === "stop") return stopping(state, event.from);
  const thinking = { at: "thinking", retryAt: null, attempts: 0 } as const;
  // An undo that somebody asked for meanwhile is decided first.
  const phase = underPause(state.phase).at === "acting" ? state.phase : keepPause(state, thinking);
  const granted = {
    ...state,
    phase,
    traces: [],
    nudges: noNudges,
    tokensGranted: question.kind === "budget" ? usedTokens(state) + state.limits.tokens : state.tokensGranted,
    costGranted:
      question.kind === "budget" ? (usedCost(state) ?? 0) + state.limits.costUsd : state.costGranted,
  };
  const advice = event.answer === "continue" ? null : event.answer;
  if (advice === null) return granted;
  const { trusted = true, from } = event;
  const told = { ...granted, readUntrusted: granted.readUntrusted || !trusted };
  return entered(told, { type: "said", text: advice, from: from.name, trusted });
}

function stopping(state: State, from: Person): State {
  const phase = underPause(state.phase);
  const calls = phase.at === "acting" ? phase.calls : [];
  return {
    ...state,
    phase: { at: "cancelling", calls, reason: "stopped by the answer to a question", from },
  };
}
