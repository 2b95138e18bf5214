/** How approvals are given and refused. One holds for exact bytes: changed arguments are a new question. */
import { isSamePerson } from "../actor.ts";
import { questionId } from "../ask.ts";
import type { EventOf } from "../event.ts";
import type { Call, OpenQuestion, State } from "../state.ts";
import { withUndo } from "../undo.ts";
import { findCall, moved, settled } from "./calls.ts";
import { closeQuestion, renewed } from "./settle.ts";

/** The bytes are others from here on, and nobody has approved them: not even who made them. */
export function edited(
  state: State,
  question: OpenQuestion,
  event: EventOf<"call_edited"> & { at: number },
): State {
  const closed = closeQuestion(state, question, changedOutcome, event);
  const call = findCall(closed, question.callId ?? "");
  const change = { input: event.input, changedBy: event.from.name, is: { at: "chosen" } } as const;
  return call && call.is.at !== "settled" ? moved(closed, call, change) : closed;
}

const changedOutcome = { kind: "changed", text: "The arguments were changed; it is asked anew." } as const;

/** Three steps: who has approved which bytes, the call gets those bytes, and either it may run or more are asked. */
export function granted(state: State, question: OpenQuestion, event: Granted): State {
  const counted = withApprover(question, event);
  const rebound = withBytes(state, counted, event);
  return counted.approvedBy.length < question.need
    ? askOn(rebound, question, { now: counted, event })
    : approved(rebound, counted, event);
}

type Granted = EventOf<"approval_granted"> & { at: number };

/** An edit replaces the bytes: whoever approved the former ones has not approved these. */
function withApprover(question: OpenQuestion, event: Granted): OpenQuestion {
  const approver = event.rule === undefined ? event.from : { ...event.from, rule: event.rule };
  if (!event.edited || question.call === null) {
    const others = question.approvedBy.filter((who) => !isSamePerson(who.principal, event.from.principal));
    return { ...question, approvedBy: [...others, approver] };
  }
  const call = {
    ...question.call,
    input: event.input,
    hash: event.hash ?? question.call.hash,
    preview: null,
  };
  return { ...question, call, approvedBy: [approver] };
}

function withBytes(state: State, question: OpenQuestion, event: Granted): State {
  const call = pendingCallOf(state, question);
  if (!event.edited || question.call === null || !call) return state;
  return moved(state, call, { input: event.input, changedBy: event.from.name });
}

function approved(state: State, question: OpenQuestion, event: Granted): State {
  const asked = findCall(state, question.callId ?? "");
  const changedBy = asked?.changedBy ?? null;
  const text = changedBy === null ? "" : `with arguments changed by ${changedBy}`;
  const closed = renewedBy(asked, closeQuestion(state, question, { kind: "approved", text }, event));
  const call = pendingCallOf(closed, question);
  return call
    ? moved(closed, call, { is: { at: "approved" }, approvedHash: question.call?.hash ?? "" })
    : closed;
}

/** It may have got its result meanwhile: an upgrade took the rule away for which it was asked. */
function pendingCallOf(state: State, question: OpenQuestion): Call | undefined {
  const call = findCall(state, question.callId ?? "");
  return call?.is.at === "settled" ? undefined : call;
}

/**
 * More people must approve. What was edited is another question: a press on the card that showed the former arguments
 * must not count for these.
 */
function askOn(
  state: State,
  before: OpenQuestion,
  { now, event }: { now: OpenQuestion; event: Granted },
): State {
  if (!event.edited) {
    return { ...state, questions: state.questions.map((open) => (open.id === now.id ? now : open)) };
  }
  const closed = closeQuestion(state, before, changedOutcome, event);
  const anew: OpenQuestion = { ...now, id: questionId(state), askedAt: event.at };
  const call = findCall(closed, now.callId ?? "");
  const open = { ...closed, questions: [...closed.questions, anew] };
  return call ? moved(open, call, { is: { at: "asking", questionId: anew.id } }) : open;
}

/** The call, if it still waits, gets the refusal as its result; the model reads who refused and why. */
export function refused(
  state: State,
  question: OpenQuestion,
  event: EventOf<"approval_refused"> & { at: number },
): State {
  const call = findCall(state, question.callId ?? "");
  const refusal = { kind: "refused", text: event.reason } as const;
  const closed = renewedBy(call, closeQuestion(state, question, refusal, event));
  const output = JSON.stringify({
    error: "refused",
    message: `${event.from.name} refused this call: ${event.reason}`,
  });
  if (!call) return closed;
  const told = settled(closed, call, { output, ok: false, untrusted: false }, event.at - question.askedAt);
  const words = `by ${event.from.name}: ${event.reason}`;
  return call.undoes === undefined
    ? told
    : withUndo(told, call.undoes, { ended: { outcome: "refused", words } });
}

/** Who decides on an undo says nothing about how far the agent may go on. */
function renewedBy(call: Pick<Call, "undoes"> | undefined, state: State): State {
  return call?.undoes === undefined ? renewed(state) : state;
}
