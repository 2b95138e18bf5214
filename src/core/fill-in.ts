/** A form filled in with words: how they are read, and whether they fit. */

import { readField, type Value } from "./fill-in-field.ts";
import type { Form, FormField } from "./form.ts";
import { isWithoutValues } from "./text/form-answer.ts";
import { readJson } from "./text/json.ts";
import { valueShownAs } from "./text/options.ts";

/** `field`: the name of the one that is wrong, where it is one; `message` is for whoever filled it in. */
export type FilledForm =
  | { ok: true; values: Record<string, Value> }
  | { ok: false; field: string | null; message: string };

/**
 * Words as a filled in form: a JSON object of values or of texts, one line `name: value` for each field, or, where
 * there is one field, its value alone. `typed`: somebody wrote them who was shown labels; the names are of the fields of
 * a JSON object that were written so, and not chosen. Without it they are a press or a program's.
 */
export function fillIn(form: Form, words: string, typed?: readonly string[]): FilledForm {
  const pressed = typed === undefined ? pressedIn(form, words) : null;
  if (pressed !== null) return pressed;
  const given = givenIn(form, words.trim(), typed ?? []);
  if (given === null) return { ok: false, field: null, message: howTo(form) };
  if ("ok" in given) return given;
  const unknown = [...given.keys()].find((name) => !form.fields.some((field) => field.name === name));
  if (unknown !== undefined) return wrong(null, `there is no field ${unknown.slice(0, 80)}. ${howTo(form)}`);
  const values: [string, Value][] = [];
  for (const field of form.fields) {
    const value = given.get(field.name);
    if (isEmpty(value)) {
      if (field.required) return wrong(field, "is missing");
      continue;
    }
    const read = readField(field, value);
    if ("flaw" in read) return wrong(field, read.flaw);
    values.push([field.name, read.value]);
  }
  return { ok: true, values: Object.fromEntries(values) };
}

/** A form that is one choice has a button for each option: its value is taken sign for sign, whatever it looks like. */
function pressedIn({ fields: [only, ...more] }: Form, words: string): FilledForm | null {
  if (only?.kind !== "one" || more.length > 0) return null;
  const isOption = only.options.some(({ value }) => value === words);
  return isOption ? { ok: true, values: { [only.name]: words } } : null;
}

/** How it can be answered in words. */
function howTo({ fields }: Form): string {
  const example = fields.map(({ name }) => `${name}: …`).join("\n");
  return fields.length === 1 ? "Write its value." : `Write one line for each field:\n${example}`;
}

function wrong(field: FormField | null, what: string): Extract<FilledForm, { ok: false }> {
  const message = field === null ? what : `${field.label}: ${what}.`;
  return {
    ok: false,
    field: field?.name ?? null,
    message: message.charAt(0).toUpperCase() + message.slice(1),
  };
}

type Given = ReadonlyMap<string, unknown>;

function givenIn(
  form: Form,
  words: string,
  typed: readonly string[],
): Given | Extract<FilledForm, { ok: false }> | null {
  if (words.startsWith("{")) {
    const read = readJson(words);
    if ("flaw" in read) return wrong(null, `this is no JSON that can be taken: ${read.flaw.detail}`);
    const entries = Object.entries(read.value ?? {}).map(([name, value]): [string, unknown] => {
      const field = typed.includes(name) ? form.fields.find((one) => one.name === name) : undefined;
      return [name, field !== undefined && typeof value === "string" ? shown(field, value) : value];
    });
    return new Map(entries);
  }
  const lines = byName(form, words);
  if (lines !== null) return lines;
  const [only, ...more] = form.fields;
  return only !== undefined && more.length === 0 ? new Map([[only.name, shown(only, words)]]) : null;
}

/** null: a line names no field. */
function byName({ fields }: Form, words: string): Given | null {
  const given = new Map<string, unknown>();
  for (const line of words.split("\n").filter((text) => text.trim() !== "")) {
    const [, name = "", value = ""] = /^([^:]{1,200}):(.*)$/.exec(line) ?? [];
    const lower = name.trim().toLowerCase();
    const field = fields.find((one) => one.name.toLowerCase() === lower || one.label.toLowerCase() === lower);
    if (field === undefined) return null;
    given.set(field.name, shown(field, value.trim()));
  }
  return given;
}

/** Words that somebody wrote: they were shown labels, and one label may be the value of another option. */
function shown({ kind, options }: FormField, words: string): string | string[] {
  const meantBy = (text: string) => valueShownAs(options, text) ?? text;
  if (kind === "many" && words.trim() !== "") return words.split(",").map(meantBy);
  return kind === "one" ? meantBy(words) : words;
}

function isEmpty(value: unknown): boolean {
  const isBlank = typeof value === "string" && value.trim() === "";
  return value === undefined || value === null || isBlank || (Array.isArray(value) && value.length === 0);
}

/** The recorded answer to a tool's question as the tool is told it: one of the words above, or the values as JSON. */
export function forTool(form: Form | undefined, answer: string): string {
  if (form === undefined || isWithoutValues(answer)) return answer;
  const filled = fillIn(form, answer);
  // It was checked when it was given.
  return filled.ok ? JSON.stringify(filled.values) : answer;
}
