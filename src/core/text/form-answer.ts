/** The recorded answer to a form: as its tool is told it, and as people are. */
import { readJson } from "./json.ts";
import { labelOf } from "./options.ts";

/** What the tool is answered. `content`: the fields' values; absent where it asked for none. */
export type FormAnswer =
  | { action: "accept"; content?: Record<string, unknown> | undefined }
  | { action: "decline" }
  | { action: "cancel" };

/** As much of a field as it takes to say its value. */
interface Field {
  name: string;
  label: string;
  kind: string;
  options: readonly { value: string; label: string }[];
}

/** An answer that fills nothing in. */
export function isWithoutValues(answer: string): answer is FormAnswer["action"] {
  return answer === "decline" || answer === "cancel" || answer === "accept";
}

/** Reads what `forTool` wrote. */
export function formAnswer(answer: string): FormAnswer {
  if (isWithoutValues(answer)) return { action: answer };
  const read = readJson(answer);
  const content = "flaw" in read ? {} : Object.fromEntries(Object.entries(read.value ?? {}));
  return { action: "accept", content };
}

/** An answer as people are told it: a choice by its label, a form with one line for each field. */
export function answerInWords(
  {
    choices,
    form,
  }: {
    choices: readonly { value: string; label: string }[];
    form?: { fields: readonly Field[] } | undefined;
  },
  answer: string,
): string {
  const chosen = choices.find(({ value }) => value === answer);
  if (chosen !== undefined) return chosen.label;
  return form === undefined ? answer : fieldsInWords(form.fields, answer);
}

function fieldsInWords(fields: readonly Field[], answer: string): string {
  const told = formAnswer(answer);
  if (told.action !== "accept") return answer;
  const { content = {} } = told;
  const lines = fields.flatMap((field) =>
    Object.hasOwn(content, field.name) ? [`${field.label}: ${valueInWords(field, content[field.name])}`] : [],
  );
  return lines.join("\n") || "(nothing filled in)";
}

/** As the form showed it: the options by their labels. */
function valueInWords({ kind, options }: Field, value: unknown): string {
  if (kind === "boolean") return value === true ? "yes" : "no";
  const shown = (one: unknown) => labelOf(options, String(one));
  return Array.isArray(value) ? value.map(shown).join(", ") : shown(value);
}
