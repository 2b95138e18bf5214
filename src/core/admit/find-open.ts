/** Which open question a press or an answer is for. */
import { type Actor, isSamePerson } from "../actor.ts";
import type { Refusal } from "../command.ts";
import { type OpenQuestion, type State, statusOf } from "../state.ts";
import { timeInWords } from "../text/time.ts";
import { asKnownTo } from "./admission.ts";

/** The open question that is meant, or why there is none. */
export function findOpen(
  state: State,
  id: string | null,
  actor: Actor,
): { question: OpenQuestion } | Refusal {
  if (id === null) return theOnlyOne(state);
  const open = state.questions.find((question) => question.id === id);
  if (open) return { question: open };
  const settled = state.settled.find((question) => question.id === id);
  if (!settled) return { code: "question_not_found", message: `Run ${state.runId} has no question ${id}.` };
  if (settled.outcome.kind === "withdrawn") {
    return { code: "question_closed", message: "This question was withdrawn: the run has ended." };
  }
  if (settled.outcome.kind === "changed" && settled.from === null) {
    const message = `Closed at ${timeInWords(settled.settledAt)} by the bot: ${settled.outcome.text}.`;
    return { code: "question_closed", message };
  }
  return { code: "already_answered", message: settledBefore(settled, actor) };
}

/** Who presses twice, or sends again what was cut, learns that it was their own answer, and what stands. */
function settledBefore({ outcome, settledAt, from }: State["settled"][number], actor: Actor): string {
  const isOwn = from !== null && isSamePerson(from.principal, actor.principal);
  const who = from === null ? "somebody" : asKnownTo(actor, from);
  const stands = isOwn && outcome.text !== "" ? ` What stands: "${outcome.text.slice(0, 80)}".` : "";
  return `Already ${outcome.kind} by ${who} at ${timeInWords(settledAt)}.${stands}`;
}

function theOnlyOne(state: State): { question: OpenQuestion } | Refusal {
  const [first, ...more] = state.questions;
  if (first && more.length === 0) return { question: first };
  const questions = state.questions.map(({ id, kind, text }) => ({ id, kind, text }));
  if (first) {
    return {
      code: "question_ambiguous",
      message: "Several questions are open: name one by its id.",
      questions,
    };
  }
  const message = `Run ${state.runId} is not waiting for an answer. Current status: ${statusOf(state)}.`;
  return { code: "not_waiting_for_input", message };
}
