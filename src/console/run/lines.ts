/** The log told to a person: events in, lines out, the newest last. */

import type { ChosenCall } from "../../core/chosen-call.ts";
import type { EventBody } from "../../core/event.ts";
import type { Question } from "../../core/question.ts";
import { plural } from "../../core/text/count.ts";
import { directCallId, undoCallId } from "../../core/text/person-calls.ts";
import { wordsInBrief } from "../../core/text/plain-words.ts";
import type { WireEvent } from "../../http/wire/events.ts";
import { channelName } from "../parts/words.ts";
import { type CallEvent, callLine, isCallEvent, settle } from "./call-lines.ts";
import { foldReads } from "./fold-reads.ts";
import type { CallLine, Line, LineBase, QuestionLine } from "./line.ts";
import { type Failing, failingAfter, isOfOutage } from "./outage-lines.ts";
import { wordsOf } from "./plain-lines.ts";
import { isSettling, questionLine, type SettlingEvent, settledWords } from "./question-lines.ts";

interface Telling {
  lines: Line[];
  chosen: Map<string, ChosenCall>;
  /** The line of a call that is not settled yet. */
  calls: Map<string, CallLine>;
  questions: Map<string, QuestionLine>;
  failing: Failing;
  requester: string;
}

/** `reads`: the tools whose calls change nothing; three of them in a row fold into one line. */
export function linesOf(events: readonly WireEvent[], reads: ReadonlySet<string>): Line[] {
  const telling: Telling = {
    lines: [],
    chosen: new Map(),
    calls: new Map(),
    questions: new Map(),
    failing: null,
    requester: "",
  };
  for (const event of events) tell(telling, event, event.data);
  if (events.some(hasEnded)) for (const line of telling.lines) rest(line);
  return foldReads(telling.lines, reads);
}

function tell(telling: Telling, event: WireEvent, data: EventBody): void {
  if (data.type === "launched") telling.requester = data.from.name;
  for (const call of callsByPeople(data)) telling.chosen.set(call.id, call);
  const ofOutage = tellOutage(telling, event);
  if (ofOutage || data.type === "model_failed") return;
  if (data.type === "model_answered") tellAnswer(telling, event, data);
  else if (data.type === "question_asked") tellQuestion(telling, event, data.question);
  else if (isCallEvent(data)) tellCall(telling, event, data);
  else if (isSettling(data)) tellSettled(telling, event, data);
  else telling.lines.push({ ...base(event), kind: "words", text: "", ...wordsOf(data) });
}

/** Whether the line of the model's trouble tells of the event. */
function tellOutage(telling: Telling, event: WireEvent): boolean {
  const before = telling.failing;
  telling.failing = failingAfter(before, base(event), event);
  if (telling.failing === null) return false;
  if (before === null) telling.lines.push(telling.failing.line);
  return isOfOutage(event.data);
}

/** Calls that no model chose. */
function callsByPeople(data: EventBody): ChosenCall[] {
  if (data.type === "launched" && data.call) return [{ id: directCallId, ...data.call }];
  if (data.type !== "undo_asked") return [];
  return [{ id: undoCallId(data.questionId), ...data.call }];
}

function tellQuestion(telling: Telling, event: WireEvent, question: Question): void {
  const line = questionLine(base(event), question, telling.requester);
  telling.questions.set(question.id, line);
  telling.lines.push(line);
}

function tellAnswer(
  telling: Telling,
  event: WireEvent,
  answer: Extract<EventBody, { type: "model_answered" }>,
) {
  for (const call of answer.calls) telling.chosen.set(call.id, call);
  const tokens = answer.usage.inputTokens + answer.usage.outputTokens;
  const counted = tokens === 0 ? "" : `· ${plural(tokens, "token")}`;
  const said =
    answer.text === null || answer.text.trim() === "" ? "" : ` · ${wordsInBrief(answer.text, 120)}`;
  telling.lines.push({
    ...base(event),
    kind: "model",
    answer,
    shape: "model",
    title: "asked the model",
    detail: `${counted}${said}`.trim(),
    ms: answer.ms,
  });
}

function tellCall(telling: Telling, event: WireEvent, data: CallEvent): void {
  let line = telling.calls.get(data.callId);
  if (!line) {
    const call = telling.chosen.get(data.callId) ?? { id: data.callId, tool: "a call", input: null };
    line = callLine(base(event), call);
    telling.calls.set(data.callId, line);
    telling.lines.push(line);
  }
  if (!line.versions.includes(event.version)) line.versions.push(event.version);
  settle(line, event, data);
}

function tellSettled(telling: Telling, event: WireEvent, data: SettlingEvent): void {
  const asked = telling.questions.get(data.questionId);
  const settled = settledWords(data, asked?.question);
  if (asked && (data.type === "call_edited" || (data.type === "approval_granted" && data.edited))) {
    // From here on the call is what a person made of it, not what the model chose.
    const call = telling.chosen.get(asked.question.callId ?? "");
    if (call) telling.chosen.set(call.id, { ...call, input: data.input });
  }
  // With two approvers needed, the first approval leaves the question open; its own line tells of it.
  if (asked && (data.type !== "approval_granted" || ++asked.approvals >= asked.question.need)) {
    rest(asked);
    asked.shape = settled.shape;
    asked.ms = event.at - asked.at;
    if (!asked.versions.includes(event.version)) asked.versions.push(event.version);
  }
  telling.lines.push({
    ...base(event),
    kind: "words",
    shape: "person",
    text: settled.text,
    title: settled.name,
    detail: `${settled.verb} (${channelName(settled.channel)})`,
  });
}

function base(event: WireEvent): LineBase {
  return {
    key: String(event.version),
    at: event.at,
    versions: [event.version],
    shape: "note",
    title: "",
    detail: "",
    ms: null,
    live: false,
    open: false,
  };
}

function hasEnded({ type }: WireEvent): boolean {
  return type === "completed" || type === "failed" || type === "cancelled";
}

/** Nothing waits any more. */
function rest(line: Line): void {
  line.live = false;
}
