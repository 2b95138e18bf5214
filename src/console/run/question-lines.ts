/** Lines of questions and of what settled them. */

import type { EventBody } from "../../core/event.ts";
import type { Question } from "../../core/question.ts";
import { argumentsInBrief, brief, changedNames } from "../../core/text/brief.ts";
import { answerInWords } from "../../core/text/form-answer.ts";
import { wordsInBrief } from "../../core/text/plain-words.ts";
import { audienceInWords } from "../../core/text/rules.ts";
import type { Shape } from "../parts/mark.tsx";
import { namesWith } from "../parts/words.ts";
import type { LineBase, QuestionLine } from "./line.ts";

export function questionLine(base: LineBase, question: Question, requester: string | null): QuestionLine {
  const whom = audienceInWords(question.audience, namesWith(requester));
  return {
    ...base,
    kind: "question",
    question,
    approvals: 0,
    shape: "waiting",
    live: true,
    title: question.kind === "approval" || question.kind === "doubt" ? `asked ${whom}` : `asked ${whom}:`,
    detail: questionWords(question),
  };
}

function questionWords(question: Question): string {
  const call = question.call ? `${question.call.tool}(${argumentsInBrief(question.call.input)})` : "";
  switch (question.kind) {
    case "approval":
      return `to approve ${call}`;
    case "doubt":
      return `whether ${call} ran`;
    default:
      return wordsInBrief(question.text, 160);
  }
}

const settling = ["question_answered", "approval_granted", "approval_refused", "call_edited"] as const;
export type SettlingEvent = Extract<EventBody, { type: (typeof settling)[number] }>;

export function isSettling(data: EventBody): data is SettlingEvent {
  return settling.some((type) => type === data.type);
}

interface Settled {
  name: string;
  channel: string;
  verb: string;
  text: string;
  shape: Shape;
}

/** `question`: as it was put; undefined where its beginning is not loaded. */
export function settledWords(data: SettlingEvent, question: Question | undefined): Settled {
  const before = question?.call?.input;
  switch (data.type) {
    case "question_answered": {
      const answer = question ? answerInWords(question, data.answer) : data.answer;
      return settled(data, `answered ${brief(answer, 120)}`, answer, "done");
    }
    case "approval_granted":
      return settled(
        data,
        data.edited ? `approved with ${changesInWords(before, data.input)}` : "approved",
        "",
        "done",
      );
    case "call_edited":
      return settled(data, `changed ${changesInWords(before, data.input)}`, "", "note");
    case "approval_refused":
      return settled(data, `refused: ${brief(data.reason, 120)}`, data.reason, "cancelled");
  }
}

function settled(data: SettlingEvent, verb: string, text: string, shape: Shape): Settled {
  return { name: data.from.name, channel: data.via.channel, verb, text, shape };
}

/** service: payments → ledger */
function changesInWords(before: unknown, after: unknown): string {
  const names = changedNames(before, after);
  if (names.length === 0) return "nothing";
  return names.map((name) => `${name}: ${valueIn(before, name)} → ${valueIn(after, name)}`).join(", ");
}

function valueIn(input: unknown, name: string): string {
  const value = Object.entries(input ?? {}).find(([key]) => key === name)?.[1];
  return value === undefined ? "none" : argumentsInBrief(value);
}
