/** How a question stands in the chat while it is open, and what it becomes when it is settled. */
import { personOf } from "../actor.ts";
import { type Block, type Inline, type Message, textBlock } from "../message.ts";
import type { Question } from "../question.ts";
import type { OpenQuestion, SettledQuestion, State } from "../state.ts";
import { argumentsInBrief } from "../text/brief.ts";
import { fieldInWords } from "../text/form-field.ts";
import { originOfArgument } from "../text/origin.ts";
import { isContextPlain } from "../text/plain-context.ts";
import { wordsInBrief } from "../text/plain-words.ts";
import { cameBack } from "../text/returned.ts";
import { ruleInWords } from "../text/rules.ts";
import { goneInWords } from "../text/tool-gone.ts";
import { isAskedByTool } from "../tool-question.ts";
import { buttonsOf } from "./question-buttons.ts";
import { narrateUndo } from "./undo.ts";

export function narrateOpen(question: OpenQuestion, state: State): Message {
  const title = titleOf(question);
  const blocks: Block[] = [
    { type: "heading", text: title, note: ["for ", ...listed(audience(question, state))] },
    textBlock(question.text, state.readUntrusted || isAskedByTool(question)),
  ];
  if (question.context) blocks.push(wordsBlock(question.context, isContextPlain(question), state));
  if (question.form) blocks.push({ type: "fields", fields: formFields(question.form) });
  if (question.call) blocks.push({ type: "fields", fields: fieldsOf(question.call) });
  if (question.call?.preview) blocks.push({ type: "fields", fields: [previewOf(question.call.preview)] });
  blocks.push({ type: "note", parts: consequence(question) });
  for (const post of question.returned ?? []) blocks.push({ type: "note", parts: [cameBack(post)] });
  blocks.push({ type: "actions", buttons: buttonsOf(question, state) });
  return { summary: `${title}: ${wordsInBrief(question.text, 120)}`, blocks };
}

/** One line: who, when, what. The buttons are gone, nothing is deleted. */
export function narrateSettled(question: SettledQuestion, state: State): Message {
  const people = question.outcome.kind === "approved" ? question.approvedBy : [question.from];
  const named = people.flatMap((who): Inline[] => (who ? [{ person: personOf(who) }] : []));
  const who: Inline[] = named.length > 0 ? [" by ", ...listed(named)] : [];
  const subject = question.call
    ? `${question.call.tool} ${argumentsInBrief(question.call.input)}`
    : wordsInBrief(question.text, 300);
  const { kind, text } = question.outcome;
  const parts: Inline[] = [{ strong: verbs[kind] }, ...who, " · ", { time: question.settledAt }];
  const blocks: Block[] = [
    { type: "note", parts },
    { type: "note", parts: [subject] },
  ];
  if (kind !== "withdrawn" && text !== "")
    blocks.push(wordsBlock(text, kind === "approved" || kind === "changed", state));
  blocks.push(...narrateUndo(question, state));
  const names = people.flatMap((who) => who?.name ?? []);
  const by = names.length === 0 ? "" : ` by ${names.join(", ")}`;
  return { summary: `${verbs[kind]}${by}: ${subject}`, blocks };
}

/** Markdown as somebody wrote it; or words of our own with names in them, which are none. */
function wordsBlock(words: string, isOurs: boolean, { readUntrusted }: State): Block {
  return isOurs ? { type: "note", parts: [words] } : textBlock(words, readUntrusted);
}

const verbs = {
  answered: "Answered",
  approved: "Approved",
  refused: "Refused",
  changed: "Changed",
  withdrawn: "Withdrawn",
} as const satisfies Record<SettledQuestion["outcome"]["kind"], string>;

function formFields({ fields }: NonNullable<Question["form"]>): { name: string; value: string }[] {
  return fields.map((field) => ({
    name: field.label === field.name ? field.name : `${field.label} (${field.name})`,
    value: fieldInWords(field),
  }));
}

function titleOf(question: Question): string {
  switch (question.kind) {
    case "approval":
      return `Approval · ${question.call?.tool ?? ""}`;
    case "doubt":
      return `In doubt · ${question.call?.tool ?? ""}`;
    case "stuck":
      return "Stuck";
    case "budget":
      return "Budget used";
    case "ask":
      return "Question";
  }
}

/** Exactly the people who may settle it; wildcards are said in words and ping nobody. */
export function audience(question: Question, state: State): Inline[] {
  const asksRequester = isForRequester(question, state);
  const people: Inline[] = question.audience
    .filter((rule) => !rule.endsWith("*") && rule !== "requester" && rule !== state.from.principal)
    .map((rule) => ({ rule, ping: true }));
  const all: Inline[] = asksRequester ? [{ person: state.from, ping: true }, ...people] : people;
  return all.length > 0 ? all : anyone(question);
}

/**
 * Whoever started the run is asked when they are listed, and when only wildcards are, one of which lets them in: as
 * far as they can be asked at all.
 */
function isForRequester({ kind, audience: rules, ownRequest }: Question, state: State): boolean {
  const { principal } = state.from;
  const { asked } = state.launcher;
  if (asked === "nothing" || ownRequest === false) return false;
  if (asked === "words" && kind !== "ask" && kind !== "stuck") return false;
  if (rules.includes("requester") || rules.includes(principal)) return true;
  const isWide = rules.every((rule) => rule.endsWith("*"));
  return isWide && rules.some((rule) => principal.startsWith(rule.slice(0, -1)));
}

/** a, b, c */
export function listed(parts: readonly Inline[]): Inline[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [", ", part]));
}

const rightThatSettles = {
  ask: "answer",
  stuck: "answer",
  doubt: "approve",
  approval: "approve",
  budget: "control",
} as const satisfies Record<Question["kind"], string>;

/** Nobody is named: those whom a wildcard lets in, or what is missing in the configuration. */
function anyone(question: Question): Inline[] {
  const wide = question.audience.filter((rule) => rule.endsWith("*") && !/^(terminal|token):/.test(rule));
  if (wide.length === 0) return [`nobody yet: list people under \`${rightThatSettles[question.kind]}\``];
  if (wide.includes("*")) return [ruleInWords("*")];
  return wide.map((rule) => (rule === "console:*" ? ruleInWords(rule) : { rule }));
}

function consequence(question: OpenQuestion): Inline[] {
  const gone = goneInWords(question, question.toolGone);
  if (gone !== null) return [gone];
  switch (question.kind) {
    case "approval": {
      const count =
        question.need > 1 ? ` ${question.approvedBy.length} of ${question.need} have approved.` : "";
      return [`It runs once, exactly as shown. Until somebody decides, I wait.${count}`];
    }
    case "doubt":
      return [
        "I was interrupted while it ran and never repeat it by myself. Until somebody says what happened, I wait.",
      ];
    case "budget":
      return ["Nothing is spent until somebody decides."];
    default:
      if (question.form && question.freeText) {
        return ["Fill it in, or reply here with one line for each field: name: value. Until then, I wait."];
      }
      return [
        `Reply here${question.choices.length > 0 ? ", or choose" : ""}. Until somebody answers, I wait.`,
      ];
  }
}

/** A value like the arguments are, in a block of its own: as Markdown it could hide what it says. */
function previewOf(preview: string): { name: string; value: string } {
  return { name: "Preview by the tool", value: preview };
}

/** The call whole: every argument by its name. */
function fieldsOf({ input, origins = [] }: NonNullable<Question["call"]>): { name: string; value: string }[] {
  if (typeof input !== "object" || input === null) return [{ name: "input", value: JSON.stringify(input) }];
  return Object.entries(input).map(([name, value]) => {
    const origin = originOfArgument(name, origins);
    return {
      name: origin === "" ? name : `${name} · ${origin}`,
      value: typeof value === "string" ? value : JSON.stringify(value, null, 1),
    };
  });
}
