/** Forms that a button opens: an answer in words, a reason for a refusal, the arguments of a call. */
import {
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
  ComponentType,
  TextInputStyle,
} from "discord.js";
import type { Question } from "../../../src/core/question.ts";
import { brief, cut } from "../../../src/core/text/brief.ts";
import { lostDigits } from "../../../src/core/text/digits.ts";
import { plainWords } from "../../../src/core/text/plain-words.ts";
import { isSeen, visibleJson, visibleLine } from "../../../src/core/text/visible.ts";
import { type Form, formId } from "../actions.ts";
import { runUrl } from "./controls.ts";
import { formInputs, type Input } from "./form.ts";

/** Discord's limits: five inputs of 4000 characters, titles and labels of 45. */
const maxInputs = 5;
const maxInput = 4_000;
const maxLabel = 45;
const maxAbout = 100;

function modal(form: Form, title: string, fields: readonly Input[]): APIModalInteractionResponseCallbackData {
  return {
    custom_id: formId(form),
    title: brief(title, maxLabel),
    components: fields.map((field) => ({
      type: ComponentType.Label as const,
      label: brief(field.label, maxLabel),
      ...(field.about === undefined ? {} : { description: brief(field.about, maxAbout) }),
      component: {
        type: ComponentType.TextInput as const,
        custom_id: field.name,
        style: field.long ? TextInputStyle.Paragraph : TextInputStyle.Short,
        required: field.required,
        max_length: maxInput,
        ...(field.value === "" ? {} : { value: field.value }),
      },
    })),
  };
}

/** What a tool wants filled in, or one long text field; or in words why Discord can't show the form. */
export function answerModal(
  question: Question,
): { modal: APIModalInteractionResponseCallbackData } | { instead: string } {
  const form = { form: "answer", question: question.id } as const;
  if (question.form) {
    const inputs = formInputs(question.form);
    if (inputs.length <= maxInputs) return { modal: modal(form, "Your answer", inputs) };
    return {
      instead:
        "Discord's forms hold five fields, this one has more. Reply here with one line for each field: name: value",
    };
  }
  const field = { name: "text", label: plainWords(question.text), value: "", long: true, required: true };
  return { modal: modal(form, "Your answer", [field]) };
}

/** One long text field for the reason, required. */
export function refuseModal(question: Question): APIModalInteractionResponseCallbackData {
  const field = { name: "text", label: "Why not?", value: "", long: true, required: true };
  return modal({ form: "refuse", question: question.id }, `Refuse ${question.call?.tool ?? ""}`, [field]);
}

/** The call's arguments as a form, or those that were typed before; or in words why Discord can't show one. */
export function editModal(
  question: Question,
  publicUrl: string | null,
  runId: string,
  typed: Readonly<Record<string, string>> = {},
): { modal: APIModalInteractionResponseCallbackData } | { instead: string } {
  const texts = Object.entries(textsOf(question.call?.input));
  if (texts.length === 0) return { instead: "This call has no arguments to edit." };
  if (texts.length > maxInputs || texts.some(([name, text]) => text.length > maxInput || name.length > 100)) {
    const url = runUrl(publicUrl, runId);
    const place = url === null ? "in the console" : `here: ${url}`;
    return { instead: `Discord's forms hold five short fields, this call needs more. Edit it ${place}` };
  }
  const fields = texts.map(([name, text]) => ({
    name,
    label: visibleLine(name),
    value: cut(typed[name] ?? text, maxInput),
    long: text.length > 80 || text.includes("\n"),
    required: false,
  }));
  return {
    modal: modal({ form: "edit", question: question.id }, `Edit ${question.call?.tool ?? ""}`, fields),
  };
}

/** Texts stand as they are when they hide no character, everything else as JSON. */
function textsOf(input: unknown): Record<string, string> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return {};
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, isPlain(value) ? value : visibleJson(value)]),
  );
}

function isPlain(value: unknown): value is string {
  return typeof value === "string" && isSeen(value);
}

/** The edited arguments: what stood there as a text stays one, everything else is read as JSON. */
export function inputOf(
  fields: Readonly<Record<string, string>>,
  question: Question,
): { input: Record<string, unknown> } | { problem: string } {
  const before = question.call?.input;
  const input: Record<string, unknown> = { ...(typeof before === "object" ? before : {}) };
  for (const [name, text] of Object.entries(fields)) {
    if (isPlain(input[name])) {
      input[name] = text;
      continue;
    }
    const lost = lostDigits(text);
    if (lost !== null) return { problem: `“${name}”: ${lost}.` };
    try {
      input[name] = JSON.parse(text);
    } catch {
      return { problem: `“${name}” was ${JSON.stringify(input[name])}; what you wrote there is not JSON.` };
    }
  }
  return { input };
}

/** The submitted texts by the inputs' names. */
export function submitted(data: APIModalSubmission): Record<string, string> {
  const inputs = data.components.flatMap((component) => {
    if (component.type === ComponentType.Label) return [component.component];
    return component.type === ComponentType.ActionRow ? component.components : [];
  });
  return Object.fromEntries(
    inputs.flatMap((input) =>
      input.type === ComponentType.TextInput ? [[input.custom_id, input.value]] : [],
    ),
  );
}
