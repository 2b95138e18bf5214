/** The form of a tool as the inputs of a modal, and what was filled in as JSON. */
import type { Form, FormField } from "../../../src/core/form.ts";
import { fieldInWords } from "../../../src/core/text/form-field.ts";
import { initialInWords } from "../../../src/core/text/options.ts";

const prefix = "field:";

/** One input of a modal. */
export interface Input {
  name: string;
  label: string;
  value: string;
  long: boolean;
  required: boolean;
  about?: string;
}

export function formInputs({ fields }: Form): Input[] {
  return fields.map((field) => ({
    name: `${prefix}${field.name}`,
    label: field.label,
    value: initialInWords(field),
    long: isLong(field),
    required: field.required,
    about: fieldInWords(field).replaceAll("\n", " · "),
  }));
}

function isLong({ kind, format, max = 200 }: FormField): boolean {
  return kind === "text" && format === undefined && max > 100;
}

/** What was filled in as JSON, and the fields that were typed in, which are all; null: this was no form of a tool. */
export function filledIn(
  texts: Readonly<Record<string, string>>,
): { text: string; typed: readonly string[] } | null {
  const entries = Object.entries(texts).filter(([name]) => name.startsWith(prefix));
  if (entries.length === 0) return null;
  const filled = Object.fromEntries(entries.map(([name, text]) => [name.slice(prefix.length), text]));
  return { text: JSON.stringify(filled), typed: Object.keys(filled) };
}
