/** Who may settle a question, and with what. The first valid answer wins; everybody else is told who and when. */
import { type Actor, isSamePerson, isTrusted, personOf } from "../actor.ts";
import type { Policy } from "../agent.ts";
import { approversOf } from "../approval-rule.ts";
import type { Command, Refusal } from "../command.ts";
import { fillIn } from "../fill-in.ts";
import { ruleOf } from "../freeze.ts";
import type { Question } from "../question.ts";
import type { State } from "../state.ts";
import { belowQuoteOf } from "../text/below-quote.ts";
import { valueShownAs } from "../text/options.ts";
import { withoutMarks } from "../text/without-marks.ts";
import { type Admission, accept, beingStopped, cut, refuse, withContext } from "./admission.ts";
import { authorizeBy, whoElseMay, whoMay } from "./authorize.ts";
import { findOpen } from "./find-open.ts";

type Of<T extends Command["type"]> = Extract<Command, { type: T }>;

/** Refuses with `answer_invalid` what fits no choice where free text is not taken; the refusal lists the choices. */
export function admitAnswer(state: State, command: Of<"provide_input">, policy: Policy): Admission {
  const found = findOpen(state, command.questionId, command.actor);
  if (!("question" in found)) return { ok: false, refusal: found };
  const question = found.question;
  const denied = denySettling(question, command.actor, state, policy);
  if (denied) return { ok: false, refusal: denied };
  if (question.kind === "approval") {
    return refuse(
      "answer_invalid",
      "This question is an approval: approve it or refuse it, words are not enough.",
    );
  }
  const answer = answerTo(question, command.answer, command.typed);
  // What became of a call is still news; all else would be for a run that does not go on.
  const isNews = question.kind === "doubt" && answer !== "run";
  if (state.phase.at === "cancelling" && !isNews) return { ok: false, refusal: beingStopped };
  if (command.questionId === null && question.kind === "doubt" && answer === "run") return unnamed(question);
  if (answer === null && question.form && question.freeText) {
    const filled = fillIn(question.form, command.answer, command.typed);
    const argument = filled.ok ? null : filled.field;
    const message = filled.ok ? "The answer is empty." : filled.message;
    const refusal = { code: "answer_invalid", message } as const;
    return { ok: false, refusal: argument === null ? refusal : { ...refusal, argument } };
  }
  if (answer === null) {
    const values = question.choices.map((choice) => choice.value).join(", ");
    const message =
      command.answer.trim() === ""
        ? "The answer is empty. Say something, or stop the run."
        : `"${command.answer.slice(0, 80)}" is none of the choices. Choose one of: ${values}.`;
    const choices = question.choices.length > 0 ? { choices: question.choices } : {};
    return { ok: false, refusal: { code: "answer_invalid", message, ...choices } };
  }
  const { actor, via } = command;
  const from = personOf(actor);
  const trusted = isTrusted(actor);
  const context = withContext(command.context, actor);
  return accept({
    type: "question_answered",
    questionId: question.id,
    answer,
    trusted,
    ...context,
    from,
    via,
  });
}

/** What is run again can't be taken back: a word that was meant for another question must not do it. */
function unnamed({ id, kind, text }: Question): Admission {
  const message = "Name the question by its id to run this call again.";
  return { ok: false, refusal: { code: "question_ambiguous", message, questions: [{ id, kind, text }] } };
}

/**
 * Words as an answer to this question: a choice by its value, label or number, or free text. null: no answer. `typed`:
 * as of `fillIn`.
 */
export function answerTo(question: Question, said: string, typed?: readonly string[]): string | null {
  const words = typed === undefined ? said : (belowQuoteOf(question.text, said) ?? said);
  const text = words.trim();
  if (text === "" || question.kind === "approval") return null;
  const named = typed === undefined ? choiceNamed : choiceSaid;
  const chosen = named(question, words) ?? choiceFilledIn(question, text, typed);
  if (chosen !== null || !question.freeText) return chosen;
  if (question.form === undefined) return cut(text);
  const filled = fillIn(question.form, text, typed);
  return filled.ok ? JSON.stringify(filled.values) : null;
}

/** Programs fill in the form (`{"region":"eu"}`) also where people press one of its buttons. null: this is no such thing. */
function choiceFilledIn(
  { form, freeText, choices }: Question,
  text: string,
  typed: readonly string[] | undefined,
): string | null {
  if (form === undefined || freeText || !text.startsWith("{")) return null;
  const filled = fillIn(form, text, typed);
  const values = filled.ok ? Object.values(filled.values).map(String) : [];
  return choices.find(({ value }) => values.includes(value))?.value ?? null;
}

/** The value of the choice that these words name; null: none. */
export function choiceNamed(question: Question, words: string): string | null {
  return named(question, words) ?? named(question, withoutMarks(words));
}

/**
 * The same for words that somebody wrote: they were shown labels, and the label of one choice may be the value of
 * another. A press names the value.
 */
export function choiceSaid(question: Question, words: string): string | null {
  const said = (exactly: string) => valueShownAs(question.choices, exactly) ?? named(question, exactly);
  return said(words) ?? said(withoutMarks(words));
}

function named({ choices }: Question, words: string): string | null {
  const lower = words.trim().toLowerCase();
  const pressed = choices.find(({ value }) => value === words);
  const found = choices.find(
    (choice, index) =>
      choice.value.trim().toLowerCase() === lower ||
      choice.label.toLowerCase() === lower ||
      `${index + 1}.` === lower,
  );
  return (pressed ?? found)?.value ?? null;
}

/** May this actor settle the question, by the rights as they are now? null: yes. */
export function denySettling(question: Question, actor: Actor, state: State, policy: Policy): Refusal | null {
  const own = isSamePerson(actor.principal, state.from.principal);
  const { action, rules, ownRequest } = settlersOf(question, state, policy);
  const verdict = authorizeBy(action, actor, rules, state.from.principal);
  if (!verdict.allowed && verdict.why === "scope") {
    const message = `This token may not ${action}. It needs the scope "${verdict.scope}".`;
    return { code: "insufficient_scope", message };
  }
  const code = action === "approve" ? "not_an_approver" : "not_an_answerer";
  if (!verdict.allowed && verdict.why === "machine") {
    const message = `A program may not approve ${question.call?.tool ?? "this"}: people do, where it is asked.`;
    return { code, message };
  }
  if (!verdict.allowed) {
    const who = whoMay(rules, actor);
    const what = action === "approve" ? `approve ${question.call?.tool ?? "this"}` : "answer this";
    return { code, message: `Only ${who} may ${what}; ${actor.name} may not.` };
  }
  if (own && !ownRequest) {
    const others = whoElseMay(rules, actor, state.from.principal);
    const message = `${actor.name} started this run, so somebody else must approve it: ${others}.`;
    return { code, message };
  }
  return null;
}

/** The page that a tool wants opened, for whoever started the run; null: this is somebody else, or it wants none. */
export function linkOf({ link }: Question, actor: Actor, { from }: Pick<State, "from">): string | null {
  return link !== undefined && isSamePerson(actor.principal, from.principal) ? link.url : null;
}

/** A doubt can run a call again: it takes the same people as its approval would. */
export function settlersOf(question: Question, state: State, policy: Policy) {
  const rule = ruleOf(question, state, policy);
  if (question.kind === "approval" || (question.kind === "doubt" && rule)) {
    const rules = rule ? approversOf(rule, policy) : policy.rights.approve;
    return { action: "approve", rules, ownRequest: rule?.ownRequest ?? true } as const;
  }
  const action = question.kind === "budget" ? "control" : "answer";
  return { action, rules: policy.rights[action], ownRequest: true } as const;
}
