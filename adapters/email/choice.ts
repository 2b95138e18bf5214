/** Finds a choice in the words of a mail, whatever full stop, closing or name stands behind it. Pure. */
import { answerTo } from "../../src/core/admit/answer.ts";
import type { Question } from "../../src/core/question.ts";
import { isCourtesy } from "./courtesy.ts";
import type { ParsedMail } from "./inbound.ts";

/** The value of the choice that the mail names, and nothing but it; null: it names none. */
export function choiceIn(question: Question, { own, from }: Pick<ParsedMail, "own" | "from">): string | null {
  const [first = "", ...rest] = own.split("\n").filter((line) => line.trim() !== "");
  if (rest.length > 0 && !isCourtesy(rest, from)) return null;
  const closed = { ...question, freeText: false };
  const word = first.trim().replace(/^["'“”„«»]+|["'“”„«».!。！…]+$/gu, "");
  return answerTo(closed, word) ?? numbered(question, word);
}

/** A bare number counts choices only where it could be nothing else. */
function numbered({ choices, freeText }: Question, word: string): string | null {
  const isNumber = /^\d{1,2}$/;
  if (freeText || !isNumber.test(word)) return null;
  if (choices.some(({ value, label }) => isNumber.test(value) || isNumber.test(label))) return null;
  return choices[Number(word) - 1]?.value ?? null;
}
