/** Which question of a run is meant by words that name none, and the refusals where that is not clear or nobody hears them. */
import type { Actor } from "../actor.ts";
import type { Policy } from "../agent.ts";
import { isToolGone } from "../approval-rule.ts";
import type { Command, Refusal } from "../command.ts";
import type { Question } from "../question.ts";
import type { State } from "../state.ts";
import { wordsInBrief } from "../text/plain-words.ts";
import { askedAbout } from "../text/readable.ts";
import { timeInWords } from "../text/time.ts";
import { cannotRun } from "../text/tool-gone.ts";
import type { Admission } from "./admission.ts";
import { admitAnswer, answerTo, choiceSaid, denySettling } from "./answer.ts";
import { type Candidate, type Which, whichMeant } from "./which.ts";

/** Words and who says them; `writtenAt` in ms since the epoch decides which questions they can have meant. */
export type Loose = Pick<Extract<Command, { type: "say" }>, "text" | "said" | "writtenAt"> & { actor: Actor };

/**
 * Which question of this run they mean. `said` decides what kind of words they are, `text` is what would be answered.
 */
export function whichOf(state: State, { text, said, actor, writtenAt }: Loose, policy: Policy): Which {
  // Whoever takes it from a menu points at a message, and has written nothing that could be an answer.
  if (text === askedAbout) return { to: "run" };
  const candidate = (question: Question, askedAt: number, settledAt: number | null): Candidate => {
    const choice = choiceSaid(question, text) ?? choiceSaid(question, belowQuotes(text, said));
    return {
      id: question.id,
      kind: question.kind,
      askedAt,
      settledAt,
      mine: denySettling(question, actor, state, policy) === null,
      answer: choice ?? answerTo(question, text, []),
      chosen: choice !== null,
    };
  };
  // What ended with the run was settled by nobody.
  const settled = state.settled.filter(({ outcome }) => outcome.kind !== "withdrawn");
  const candidates = [
    ...state.questions.map((question) => candidate(question, question.askedAt, null)),
    ...settled.map((question) => candidate(question, question.askedAt, question.settledAt)),
  ];
  return whichMeant(candidates, said ?? text, writtenAt ?? null);
}

/** What stands beside quotes alone, as where the question is quoted above its answer; "": nothing, or not everything. */
function belowQuotes(text: string, said: string | undefined): string {
  const lines = text.split("\n").filter((line) => !/^\s*>/.test(line));
  const own = lines.join("\n").trim();
  return own === said?.trim() ? own : "";
}

/** The answer, or why these words are none; null: they are for the run. */
export function ofQuestions(
  state: State,
  command: Extract<Command, { type: "say" }>,
  policy: Policy,
): Admission | null {
  const which = whichOf(state, command, policy);
  switch (which.to) {
    case "question": {
      const { questionId, answer } = which;
      const { actor, via, context = [] } = command;
      return admitAnswer(state, { type: "provide_input", questionId, answer, context, actor, via }, policy);
    }
    case "button":
      return { ok: false, refusal: needsButton(state, which.questionId, command.actor, policy) };
    case "unclear":
      return { ok: false, refusal: unclear(state, which) };
    case "run":
      return null;
  }
}

const buttons: Readonly<Record<Question["kind"], string>> = {
  approval: "Words don't approve anything: press Approve or Refuse",
  doubt: "Too much hangs on this for words: press one of the buttons",
  budget: "Words don't spend anything: press one of the buttons",
  ask: "Press one of the buttons",
  stuck: "Press one of the buttons",
};

function needsButton(state: State, id: string, actor: Actor, policy: Policy): Refusal {
  const question = state.questions.find((open) => open.id === id);
  const denied = question ? denySettling(question, actor, state, policy) : null;
  if (denied) return denied;
  if (question?.kind === "approval" && isToolGone(question, policy))
    return { code: "answer_invalid", message: cannotRun(question.call?.tool ?? "") };
  const where = question ? ` under "${wordsInBrief(question.text, 100)}"` : "";
  const message = `${buttons[question?.kind ?? "ask"]}${where}.`;
  return { code: "answer_invalid", message };
}

function unclear(state: State, { open, settled }: Extract<Which, { to: "unclear" }>): Refusal {
  const questions = state.questions
    .filter(({ id }) => open.includes(id))
    .map(({ id, kind, text }) => ({ id, kind, text }));
  const passed = state.settled
    .filter(({ id }) => settled.includes(id))
    .map(({ text, from, settledAt }) => {
      const who = from?.name ?? "somebody";
      return `"${wordsInBrief(text, 100)}" was answered by ${who} at ${timeInWords(settledAt)}, while you wrote.`;
    });
  const ask =
    questions.length === 0
      ? "Your words changed nothing. Say them again if the run shall hear them."
      : "Which question do your words answer? Nothing is answered yet.";
  return { code: "question_ambiguous", message: [...passed, ask].join(" "), questions };
}

/** Why nobody in this run would hear words: to take them would promise that somebody does. null: somebody does. */
export function whyUnheard({ direct, phase }: State): Refusal | null {
  if (phase.at === "cancelling") {
    const message =
      "The run is being stopped and hears nothing more. Say it again when it has ended: that starts a new one.";
    return { code: "run_not_running", message };
  }
  const message =
    "This run is one call, and nobody in it hears words. Decide on the call, then say it again.";
  return direct ? { code: "run_busy", message } : null;
}
