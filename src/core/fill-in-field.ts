/** What stands in one field of a form, read as what the field takes. */
import { z } from "zod";
import type { FormField } from "./form.ts";
import { lostDigits } from "./text/digits.ts";
import { formatNames, optionsInWords } from "./text/form-field.ts";

/** Of one field: several options are a list. */
export type Value = string | number | boolean | string[];

/** Characters of one text, also where the tool sets no limit. */
const longestText = 4_000;

/** Or what is wrong, to stand behind the name of the field. */
type Read = { value: Value } | { flaw: string };

/** `given`: a text, or a value as JSON has it. */
export function readField(field: FormField, given: unknown): Read {
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
