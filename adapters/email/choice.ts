/** Finds a choice in the words of a mail, whatever full stop, closing or name stands behind it. Pure. */
import { choiceSaid } from "../../src/core/admit/answer.ts";
import type { Question } from "../../src/core/question.ts";
import { isCourtesy } from "./courtesy.ts";
import type { ParsedMail } from "./inbound.ts";

/** The only line of a mail, without the closing and the name below it; else all of its words. */
export function saidIn({ own, from }: Pick<ParsedMail, "own" | "from">): string {
  const [first = "", ...rest] = own.split("\n").filter((line) => line.trim() !== "");
  return rest.length === 0 || isCourtesy(rest, from) ? first : own;
}

/** The value of the choice that the mail names, and nothing but it; null: it names none. */
export function choiceIn(question: Question, mail: Pick<ParsedMail, "own" | "from">): string | null {
  const first = saidIn(mail);
  if (first.includes("\n")) return null;
  const word = first.trim().replace(/^["'“”„«»]+|["'“”„«».!。！…]+$/gu, "");
  return choiceSaid(question, word) ?? numbered(question, word);
}

/** A bare number counts choices only where it could be nothing else. */
function numbered({ choices, freeText }: Question, word: string): string | null {
  const isNumber = /^\d{1,2}$/;
  if (freeText || !isNumber.test(word)) return null;
  if (choices.some(({ value, label }) => isNumber.test(value) || isNumber.test(label))) return null;
  return choices[Number(word) - 1]?.value ?? null;
}
