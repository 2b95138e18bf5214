/** The words for a value that does not belong where it stands: what belongs there, and what was found. */
import type { z } from "zod";
import { brief } from "./text/brief.ts";
import { ifMeant } from "./text/closest.ts";
import { plural } from "./text/count.ts";
import { visibleLine } from "./text/visible.ts";

/** Told of a key that nothing reads. `known`: those that are read; null: they are not known here. */
export function unknownKey(key: string, known: readonly string[] | null): string {
  if (known === null) return "is not known; leave it out";
  if (known.length === 0) return "is not known, nothing is taken here; leave it out";
  return `is not known${ifMeant(key, known)}; known are ${known.join(", ")}`;
}

/** `what` with its article: what belongs where `input` was found. */
export function must(what: string, input: unknown, instead = found(input)): string {
  return input === undefined ? `is missing; give ${what}` : `must be ${what}; found ${instead}`;
}

/** Of text only that it is one: it may be a secret. */
function found(input: unknown): string {
  if (input === undefined) return "nothing";
  if (input === null || typeof input === "boolean") return String(input);
  if (typeof input === "number") return foundNumber(input);
  if (Array.isArray(input)) return "a list";
  if (typeof input === "string") return input === "" ? "an empty text" : "text";
  return typeof input === "object" ? "an object" : `a ${typeof input}`;
}

function foundNumber(input: number): string {
  if (Number.isNaN(input)) return "no number";
  return Number.isFinite(input) ? `the number ${input}` : "an infinite one";
}

/** For every code of Zod's but those that speak of several keys or forms. */
export function inWords(issue: z.core.$ZodRawIssue): string {
  const { input } = issue;
  switch (issue.code) {
    case "invalid_type":
      return must(kind(issue.expected), input);
    case "invalid_value":
      return chosen(issue.values, input);
    case "too_small":
      return ranged(issue, issue.minimum, "least");
    case "too_big":
      return ranged(issue, issue.maximum, "most");
    case "invalid_format":
      return must(formatted(issue), input);
    case "not_multiple_of":
      return must(`a multiple of ${issue.divisor}`, input);
    case "invalid_union":
      return union(issue);
    case "invalid_key":
      return `has a key that does not fit: it ${issue.issues[0]?.message ?? "is another"}`;
    case "invalid_element":
      return `has an element that does not fit: it ${issue.issues[0]?.message ?? "is another"}`;
    default:
      return `is not what belongs here; found ${found(input)}`;
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  map: "an object",
  null: "null",
  nonoptional: "a value",
  never: "left out",
};

function kind(expected: string): string {
  return kinds[expected] ?? `a ${expected}`;
}

/** What was written in the place of a word of few is shown: so a typo is seen at once. */
function chosen(values: readonly z.core.util.Primitive[], input: unknown): string {
  const instead = typeof input === "string" ? visibleLine(JSON.stringify(brief(input, 40))) : found(input);
  return must(oneOf(values), input, instead);
}

function oneOf(values: readonly z.core.util.Primitive[]): string {
  const [only = "", ...more] = values.map((value) =>
    typeof value === "string" ? JSON.stringify(value) : String(value),
  );
  return more.length === 0 ? only : `one of ${[only, ...more].join(", ")}`;
}

const formats: Readonly<Record<string, string>> = {
  url: "a URL",
  email: "a mail address",
  uuid: "a UUID",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  datetime: "a date and time (ISO 8601)",
  date: "a date (2026-01-31)",
  time: "a time (13:45:00)",
};

function formatted(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidStringFormat>): string {
  const { format, pattern, prefix, suffix, includes } = issue;
  if (typeof prefix === "string") return `text that begins with ${JSON.stringify(prefix)}`;
  if (typeof suffix === "string") return `text that ends with ${JSON.stringify(suffix)}`;
  if (typeof includes === "string") return `text that holds ${JSON.stringify(includes)}`;
  if (format === "regex" && pattern !== undefined) return `text of the form ${pattern}`;
  return formats[format] ?? `text of the form ${format}`;
}

type Union = z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>;

/** Forms that differ in kind are named. */
function union({ errors, discriminator, options, input }: Union): string {
  if (discriminator !== undefined && Array.isArray(options) && typeof input === "object" && input !== null)
    return chosen(options, Reflect.get(input, discriminator));
  const wanted = errors.flatMap(([issue]) => {
    if (issue?.code === "invalid_type") return [kind(issue.expected)];
    return issue?.code === "invalid_value" && issue.path.length === 0 ? [oneOf(issue.values)] : [];
  });
  return wanted.length === errors.length && wanted.length > 0
    ? must([...new Set(wanted)].join(" or "), input)
    : `is not what belongs here; found ${found(input)}`;
}

type Ranged = Pick<z.core.$ZodRawIssue<z.core.$ZodIssueTooBig>, "origin" | "inclusive" | "exact" | "input">;

const units: Readonly<Record<string, string>> = { string: "character", array: "element", set: "element" };

function ranged(
  { origin, inclusive = true, exact = false, input }: Ranged,
  limit: number | bigint,
  bound: "least" | "most",
): string {
  const unit = units[origin];
  if (unit === undefined) {
    const beyond = bound === "least" ? "more than" : "less than";
    return must(inclusive ? `at ${bound} ${limit}` : `${beyond} ${limit}`, input);
  }
  const length = typeof input === "string" || Array.isArray(input) ? input.length : 0;
  if (length === 0 && limit === 1) return "must not be empty";
  const wanted = plural(Number(limit), unit);
  return `must have ${exact ? "exactly" : `at ${bound}`} ${wanted}; found ${length}`;
}
