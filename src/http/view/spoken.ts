/**
 * Questions that are no `ask_human`, for clients that know nothing else: told as one, and settled by the words that
 * the telling names. The words hold the question's number wherever they could have been meant for another one.
 */
import type { Question } from "../../core/question.ts";
import type { OpenQuestion, State } from "../../core/state.ts";
import { fieldInWords } from "../../core/text/form-field.ts";
import { goneInWords } from "../../core/text/tool-gone.ts";
import { visible, visibleLine } from "../../core/text/visible.ts";

/** The arguments of `ask_human`, as the clients read them. */
export interface Spoken {
  question: string;
  context: string | null;
  choices: string[] | null;
}

export function spokenAsk(question: OpenQuestion, state: State): Spoken {
  const choices = wordsOf(question, state);
  const said = choices.map((word) => `"${word}"`).join(" or ");
  const how = question.freeText ? `Answer ${said}, or in your own words.` : `Answer ${said}.`;
  const parts = [
    question.text,
    question.context,
    callInWords(question.call),
    formInWords(question.form),
    goneInWords(question, question.toolGone),
    how,
  ];
  return { question: parts.filter((part) => part !== null).join("\n"), context: null, choices };
}

type Settling =
  | { type: "approve"; questionId: string }
  | { type: "refuse"; questionId: string; reason: string }
  | { type: "provide_input"; questionId: string; answer: string };

/** What these words do to the one open question of the run; null: nothing that only this telling knows. */
export function settlingIn(state: State, words: string): Settling | null {
  const [question, ...more] = state.questions;
  if (!question || more.length > 0) return null;
  const questionId = question.id;
  const text = words.trim();
  const yes = yesOf(question, state);
  if (yes !== null && text.toLowerCase() === yes.toLowerCase()) {
    return question.kind === "approval"
      ? { type: "approve", questionId }
      : { type: "provide_input", questionId, answer: runAgain };
  }
  const no = question.kind === "approval" ? /^refuse\b[\s:,]*(.*)$/is.exec(text) : null;
  return no ? { type: "refuse", questionId, reason: no[1] ?? "" } : null;
}

const runAgain = "run";

function wordsOf(question: OpenQuestion, state: State): string[] {
  const yes = yesOf(question, state);
  const refuse = "refuse: your reason";
  if (question.kind === "approval") return question.toolGone ? [refuse] : [yes ?? "approve", refuse];
  return question.choices.map(({ value }) => (value === runAgain && yes !== null ? yes : value));
}

/** The word that lets a call run. Once the run has shown another call, a bare word could be meant for that one. */
function yesOf({ id, kind }: Question, state: State): string | null {
  const number = id.slice(id.lastIndexOf(".") + 1);
  if (kind === "doubt") return `${runAgain} #${number}`;
  if (kind !== "approval") return null;
  return state.settled.some(({ call }) => call !== null) ? `approve #${number}` : "approve";
}

/** A line for each field, by its name; null: there is no form. */
export function formInWords(form: Question["form"]): string | null {
  if (form === undefined) return null;
  const fields = form.fields.map((field) => `${field.name}: ${fieldInWords(field).replaceAll("\n", "; ")}`);
  return ["One line for each field:", ...fields].join("\n");
}

function callInWords(call: Question["call"]): string | null {
  if (!call) return null;
  const { input, preview } = call;
  const fields = typeof input === "object" && input !== null ? Object.entries(input) : [["input", input]];
  const lines = fields.map(([name, value]) => {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    return `${visibleLine(String(name))}: ${visible(shown)}`;
  });
  return [call.tool, ...lines, ...(preview === null ? [] : [visible(preview)])].join("\n");
}
