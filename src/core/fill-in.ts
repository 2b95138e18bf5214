/** A form filled in with words: how they are read, and whether they fit. */
import { z } from "zod";
import type { Form, FormField } from "./form.ts";
import { lostDigits } from "./text/digits.ts";
import { isWithoutValues } from "./text/form-answer.ts";
import { formatNames, optionsInWords } from "./text/form-field.ts";
import { readJson } from "./text/json.ts";

type Value = string | number | boolean | string[];

/** `field`: the name of the one that is wrong, where it is one; `message` is for whoever filled it in. */
export type FilledForm =
  | { ok: true; values: Record<string, Value> }
  | { ok: false; field: string | null; message: string };

/** Characters of one text, also where the tool sets no limit. */
const longestText = 4_000;

/**
 * Words as a filled in form: a JSON object of values or of texts, one line `name: value` for each field, or, where
 * there is one field, its value alone.
 */
export function fillIn(form: Form, words: string): FilledForm {
  const pressed = pressedIn(form, words);
  if (pressed !== null) return pressed;
  const given = givenIn(form, words.trim());
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

function givenIn(form: Form, words: string): Given | Extract<FilledForm, { ok: false }> | null {
  if (words.startsWith("{")) {
    const read = readJson(words);
    if ("flaw" in read) return wrong(null, `this is no JSON that can be taken: ${read.flaw.detail}`);
    return new Map(Object.entries(read.value ?? {}));
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
  const meantBy = (text: string) => {
    const lower = text.trim().toLowerCase();
    return options.find(({ label }) => label.trim().toLowerCase() === lower)?.value ?? text;
  };
  if (kind === "many" && words.trim() !== "") return words.split(",").map(meantBy);
  return kind === "one" ? meantBy(words) : words;
}

function isEmpty(value: unknown): boolean {
  const isBlank = typeof value === "string" && value.trim() === "";
  return value === undefined || value === null || isBlank || (Array.isArray(value) && value.length === 0);
}

type Read = { value: Value } | { flaw: string };

function readField(field: FormField, given: unknown): Read {
  switch (field.kind) {
    case "text":
      return textOf(field, given);
    case "number":
    case "integer":
      return numberOf(field, given);
    case "boolean":
      return booleanOf(given);
    case "one":
      return optionOf(field, given);
    case "many":
      return optionsOf(field, given);
  }
}

function textOf({ min = 0, max = longestText, format }: FormField, given: unknown): Read {
  if (typeof given !== "string") return { flaw: "must be a text" };
  const { length } = [...given];
  if (length < min) return { flaw: `has ${length} characters; at least ${min}` };
  if (length > Math.min(max, longestText)) {
    return { flaw: `has ${length} characters; at most ${Math.min(max, longestText)}` };
  }
  const isFine = format === undefined || formats[format].safeParse(given).success;
  return isFine ? { value: given } : { flaw: `must be ${formatNames[format]}` };
}

const formats = {
  email: z.email(),
  uri: z.url(),
  date: z.iso.date(),
  "date-time": z.iso.datetime({ offset: true }),
} as const satisfies Record<keyof typeof formatNames, z.ZodType>;

function numberOf({ kind, min, max }: FormField, given: unknown): Read {
  const text = String(given).trim();
  const value = typeof given === "string" || typeof given === "number" ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) return { flaw: "must be a number" };
  if (lostDigits(text) !== null) return { flaw: "has more digits than a number keeps" };
  if (kind === "integer" && !Number.isInteger(value)) return { flaw: "must be a whole number" };
  if (min !== undefined && value < min) return { flaw: `must be at least ${min}` };
  return max !== undefined && value > max ? { flaw: `must be at most ${max}` } : { value };
}

function booleanOf(given: unknown): Read {
  const word = String(given).trim().toLowerCase();
  if (word === "true" || word === "yes") return { value: true };
  return word === "false" || word === "no" ? { value: false } : { flaw: "must be yes or no" };
}

function optionOf({ options }: FormField, given: unknown): Read {
  const found = named(options, given);
  return found === undefined ? { flaw: `must be one of ${optionsInWords(options)}` } : { value: found };
}

function optionsOf({ options, min = 0, max = options.length }: FormField, given: unknown): Read {
  const parts = Array.isArray(given) ? given : String(given).split(",");
  const values: string[] = [];
  for (const part of parts) {
    const found = named(options, part);
    if (found === undefined) return { flaw: `must be of ${optionsInWords(options)}` };
    if (!values.includes(found)) values.push(found);
  }
  if (values.length < min) return { flaw: `takes at least ${min}` };
  return values.length > max ? { flaw: `takes at most ${max}` } : { value: values };
}

function named(options: FormField["options"], given: unknown): string | undefined {
  const word = String(given).trim();
  const lower = word.toLowerCase();
  const exact = (text: string) => options.find(({ value }) => value === text);
  const found =
    exact(String(given)) ??
    exact(word) ??
    options.find((one) => [one.value, one.label].some((text) => text.toLowerCase() === lower));
  return found?.value;
}

/** The recorded answer to a tool's question as the tool is told it: one of the words above, or the values as JSON. */
export function forTool(form: Form | undefined, answer: string): string {
  if (form === undefined || isWithoutValues(answer)) return answer;
  const filled = fillIn(form, answer);
  // It was checked when it was given.
  return filled.ok ? JSON.stringify(filled.values) : answer;
}
