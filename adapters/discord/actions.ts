/** What a button's custom id says: an action and ids, never authority. At most 100 characters. */
import { hashOf } from "./nonce.ts";

/** What one of the bot's own buttons or selects says when it is used. */
export type Press =
  | { action: "stop" | "pause" | "resume"; runId: string }
  | { action: "reply" | "approve" | "refuse" | "edit" | "undo" | "link"; question: string }
  /** What was said in this message answers this question. */
  | { action: "meant"; question: string; message: string }
  /** The form of an edit once more, with what was typed in it when it was refused. */
  | { action: "again"; question: string; typed: string }
  /** `value` is null for a select: then it is in the select's values. */
  | { action: "choose"; question: string; value: string | null };

/** Modals answer to the same ids with another first word. `typed`: the interaction in which it was filled before. */
export type Form = { form: "answer" | "refuse" | "edit"; question: string; typed?: string };

const longest = { question: 58, value: 30 };

/** An id that fits, or its hash marked with a tilde; `resolves` finds the id again. */
export function short(id: string, limit: number = longest.question): string {
  const fits = id.length > 0 && id.length <= limit && !id.includes("|") && !id.startsWith("~");
  return fits ? id : `~${hashOf(id)}`;
}

/** At most 30 characters: a longer value becomes `~` and its hash, which `resolve` reads back. */
export function shortValue(value: string): string {
  return short(value, longest.value);
}

/** Which of the candidates a shortened id means. */
export function resolve(shortened: string, candidates: readonly string[]): string | null {
  if (!shortened.startsWith("~")) return shortened;
  return candidates.find((candidate) => `~${hashOf(candidate)}` === shortened) ?? null;
}

/** Read back by `pressOf`; at most 100 characters. */
export function customId(press: Press): string {
  if ("runId" in press) return `${press.action}|${press.runId}`;
  const question = short(press.question);
  if (press.action === "again") return `again|${question}|${press.typed}`;
  if (press.action === "meant") return `meant|${question}|${press.message}`;
  if (press.action !== "choose") return `${press.action}|${question}`;
  return press.value === null ? `choose|${question}` : `choose|${question}|${shortValue(press.value)}`;
}

/** The custom id of a modal. */
export function formId(form: Form): string {
  return `form:${form.form}|${short(form.question)}`;
}

/** null: not a button of ours. */
export function pressOf(id: string): Press | null {
  const [action, subject, value] = id.split("|");
  if (!subject) return null;
  switch (action) {
    case "stop":
    case "pause":
    case "resume":
      return { action, runId: subject };
    case "reply":
    case "approve":
    case "refuse":
    case "edit":
    case "undo":
    case "link":
      return { action, question: subject };
    case "meant":
      return value === undefined ? null : { action, question: subject, message: value };
    case "again":
      return value === undefined ? null : { action, question: subject, typed: value };
    case "choose":
      return { action, question: subject, value: value ?? null };
    default:
      return null;
  }
}

/** Null for a modal that is not ours. */
export function formOf(id: string): Form | null {
  const [name, question] = id.split("|");
  if (!question) return null;
  switch (name) {
    case "form:answer":
      return { form: "answer", question };
    case "form:refuse":
      return { form: "refuse", question };
    case "form:edit":
      return { form: "edit", question };
    default:
      return null;
  }
}
