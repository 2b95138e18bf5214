/** The one reader of JSON from outside: bounded, without keys that reach a prototype, in text that a database takes. */
import { lostDigits, withExactDigits } from "./digits.ts";
import { parseErrorOf } from "./json-error.ts";

/** What is wrong and where. `pointer`: a JSON Pointer (RFC 6901), "" for the whole. */
export interface Flaw {
  code: "invalid_json" | "too_deep" | "too_many" | "forbidden_key" | "bad_text" | "lost_digits";
  pointer: string;
  /** A phrase that goes on from the name of the place: `nests deeper than 64 levels`. */
  detail: string;
}

/** What is taken, where readers differ. */
export interface JsonRules {
  /** Levels that it may nest; it is counted before parsing, which may survive depths that kill later steps. */
  depth: number;
  /** Values that it may hold, itself included. */
  values: number;
  /** U+0000, which no database stores in text. */
  nul: "refused" | "replaced" | "kept";
  /** Halves of characters that are written in two. */
  halves: "refused" | "replaced";
  /** Numbers that would become others: what is only told may keep its digits as text. */
  digits: "refused" | "as_text";
}

const usual: JsonRules = {
  depth: 64,
  values: Number.POSITIVE_INFINITY,
  nul: "refused",
  halves: "replaced",
  digits: "refused",
};

/** What was read, or the first flaw. Never throws. */
export type ReadJson = { value: unknown } | { flaw: Flaw };

/** Reads text, or bytes that must be UTF-8. */
export function readJson(source: string | Uint8Array, rules: Partial<JsonRules> = {}): ReadJson {
  const text = typeof source === "string" ? source : decoded(source);
  if (text === null) return flaw("invalid_json", "", "not UTF-8 text");
  const { depth, digits } = { ...usual, ...rules };
  if (depthOf(text) > depth) return flaw("too_deep", "", `nests deeper than ${depth} levels`);
  let value: unknown;
  try {
    value = JSON.parse(digits === "as_text" ? withExactDigits(text) : text);
  } catch (error) {
    return flaw("invalid_json", "", parseErrorOf(error, text));
  }
  const lost = digits === "refused" ? lostDigits(text) : null;
  if (lost === null) return checkedJson(value, rules);
  return flaw("lost_digits", placeOfChange(value, JSON.parse(withExactDigits(text))) ?? "", lost);
}

/** Where the first of two readings of the same text differs from the other; null: nowhere. */
function placeOfChange(one: unknown, other: unknown, pointer = ""): string | null {
  if (typeof one !== "object" || one === null) return one === other ? null : pointer;
  const others = new Map<string, unknown>(Object.entries(other ?? {}));
  for (const [key, member] of Object.entries(one)) {
    const place = placeOfChange(member, others.get(key), `${pointer}/${escapePointer(key)}`);
    if (place !== null) return place;
  }
  return null;
}

/** The same for a value that was JSON already: a copy of it, in which text is as the rules have it. */
export function checkedJson(value: unknown, rules: Partial<JsonRules> = {}): ReadJson {
  return checked(value, { pointer: "", depth: 0 }, { rules: { ...usual, ...rules }, values: 0 });
}

interface Walk {
  rules: JsonRules;
  /** So many were looked at. */
  values: number;
}

function checked(value: unknown, at: { pointer: string; depth: number }, walk: Walk): ReadJson {
  const { rules } = walk;
  walk.values += 1;
  if (at.depth > rules.depth) return flaw("too_deep", at.pointer, `nests deeper than ${rules.depth} levels`);
  if (walk.values > rules.values)
    return flaw("too_many", at.pointer, `holds more than ${rules.values} values`);
  if (typeof value === "string") return textBy(rules, value, at.pointer);
  if (typeof value !== "object" || value === null) return { value };
  const copy: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    const here = `${at.pointer}/${escapePointer(key)}`;
    if (forbiddenKeys.has(key)) return flaw("forbidden_key", here, `the key ${key} is forbidden`);
    const name = textBy(rules, key, at.pointer);
    if ("flaw" in name) return name;
    const clean = checked(member, { pointer: here, depth: at.depth + 1 }, walk);
    if ("flaw" in clean) return clean;
    copy.push([String(name.value), clean.value]);
  }
  return { value: Array.isArray(value) ? copy.map(([, member]) => member) : Object.fromEntries(copy) };
}

/** Keys that reach a prototype when somebody copies an object carelessly: no JSON from outside may hold them. */
const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

function textBy({ nul, halves }: JsonRules, text: string, pointer: string): ReadJson {
  if (nul === "refused" && text.includes("\0"))
    return flaw("bad_text", pointer, "must not contain the character U+0000");
  if (halves === "refused" && !text.isWellFormed()) return flaw("bad_text", pointer, "has broken Unicode");
  return { value: (nul === "replaced" ? text.replaceAll("\0", "\u{fffd}") : text).toWellFormed() };
}

function flaw(code: Flaw["code"], pointer: string, detail: string): { flaw: Flaw } {
  return { flaw: { code, pointer, detail } };
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** How deep brackets nest outside of strings, without parsing. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "[" || char === "{") deepest = Math.max(deepest, ++depth);
    else if (char === "]" || char === "}") depth--;
  }
  return deepest;
}

/** One key as a part of a JSON Pointer (RFC 6901): `~` becomes `~0`, `/` becomes `~1`. */
export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
