/** Text, arguments and outputs in few words: what stands on one line of a chat, a mail or a page. */
import { begunJson } from "./begun-json.ts";
import { count } from "./count.ts";
import { withExactDigits } from "./digits.ts";

/** Of a list or an object at most so many values are said; the rest is counted. */
const mostValues = 8;
/** Of longer outputs the beginning is read: one line holds no more, and no step takes longer for them. */
const longestJson = 2_000;

/** White space, of any kind and length, as one space; none at either end. */
export function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}

/** One line of at most `length` UTF-16 units, with an ellipsis where it was cut. */
export function brief(text: string, length: number): string {
  return cut(oneLine(text), length);
}

/** At most `length` UTF-16 units, with an ellipsis where it was cut, never in the middle of a character. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${wholeCharacters(text.slice(0, Math.max(0, length - 1))).trimEnd()}…`;
}

/** Without the first half of a character that was cut in two. */
export function wholeCharacters(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}

/** The arguments that matter in a few words: values only, the first few, cut. */
export function argumentsInBrief(input: unknown): string {
  return valuesInBrief(input, false);
}

/** `isCut`: there may be more than what is known of it. */
function valuesInBrief(input: unknown, isCut: boolean): string {
  if (input === null || typeof input !== "object") return brief(String(input ?? ""), 60);
  const values = Object.values(input)
    .filter(isSaid)
    .map((value) => brief(plainly(value, 3, isCut), 40));
  return brief(someOf(values, isCut), 80);
}

/** The arguments that are others, new or gone, by their names. */
export function changedNames(before: unknown, after: unknown): string[] {
  const [was, is] = [entriesOf(before), entriesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name));
}

function entriesOf(input: unknown): Map<string, string> {
  const entries = typeof input === "object" && input !== null ? Object.entries(input) : [];
  return new Map(entries.map(([name, value]) => [name, JSON.stringify(value)]));
}

/**
 * A JSON output in the words of a person: a string or number as it is, a list by its values, an object by its names
 * and values: `percent 7.1, requests 48210`. One value alone needs no name.
 */
export function outputInBrief(output: string): string {
  const isCut = output.length > longestJson;
  const value = isCut ? begun(output) : readable(output);
  if (typeof value !== "object" || value === null) return brief(String(value), 60);
  const entries = Object.entries(value).filter(([, inner]) => isSaid(inner));
  if (Array.isArray(value) || entries.length < 2) return valuesInBrief(value, isCut);
  const told = entries.map(([name, inner]) => `${name} ${brief(plainly(inner, 3, isCut), 40)}`);
  return brief(someOf(told, isCut), 80);
}

/** What a long JSON text begins with; a text that is no JSON is a text. */
function begun(text: string): unknown {
  for (const json of begunJson(text.slice(0, longestJson))) {
    const value = readable(json);
    if (value !== json) return value;
  }
  return text;
}

/** What a JSON text holds, with all digits of its numbers; a text that is no JSON is a text. */
export function readable(text: string): unknown {
  if (!/^\s*[[{"\d-]|^\s*(?:true|false|null)\s*$/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(withExactDigits(text));
    // A number stays as it was written.
    return typeof value === "number" && String(value) !== text.trim() ? text : value;
  } catch {
    return text;
  }
}

/** A value without JSON: what stands in lists and objects, one after the other. */
function plainly(value: unknown, depth: number, isCut: boolean): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === 0) return "…";
  const inner = Object.values(value).filter(isSaid);
  return someOf(
    inner.map((one) => plainly(one, depth - 1, isCut)),
    isCut,
  );
}

/** Nothing is no words. */
function isSaid(value: unknown): boolean {
  return value !== null && value !== "";
}

function someOf(values: readonly string[], isCut: boolean): string {
  const more = values.length - mostValues;
  const shown = values.slice(0, mostValues).join(", ");
  if (more <= 0) return shown;
  return isCut ? `${shown} and more` : `${shown} and ${count(more)} more`;
}
