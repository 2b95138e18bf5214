/** The limits a body passes before anything believes it, and dotted paths into what is left. */
import type { Condition } from "./options.ts";

export const MAX_BODY_BYTES = 2 * 1024 * 1024;
const MAX_DEPTH = 64;
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type Fault =
  | "body_too_large"
  | "invalid_json"
  | "too_deep"
  | "forbidden_key"
  | "forbidden_character"
  | "not_an_object";

/** Depth is counted before parsing: what `JSON.parse` survives, `JSON.stringify` and structured clones may not. */
export function parsePayload(
  body: Uint8Array,
): { ok: true; payload: { [key: string]: Json } } | { ok: false; fault: Fault } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return { ok: false, fault: "invalid_json" };
  }
  if (depthOf(text) > MAX_DEPTH) return { ok: false, fault: "too_deep" };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { ok: false, fault: "invalid_json" };
  }
  const fault = faultIn(value);
  if (fault) return { ok: false, fault };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, fault: "not_an_object" };
  }
  return { ok: true, payload: value };
}

/** The deepest nesting of brackets outside strings; stops counting as soon as it is too much. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 92 /* \ */) at++;
      else if (code === 34 /* " */) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 91 /* [ */ || code === 123 /* { */) {
      deepest = Math.max(deepest, ++depth);
      if (deepest > MAX_DEPTH) return deepest;
    } else if (code === 93 /* ] */ || code === 125 /* } */) depth--;
  }
  return deepest;
}

function faultIn(value: Json): Fault | null {
  if (typeof value === "string") return value.includes("\0") ? "forbidden_character" : null;
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return firstFault(value);
  const keys = Object.keys(value);
  if (keys.some((key) => FORBIDDEN_KEYS.has(key))) return "forbidden_key";
  return firstFault(keys) ?? firstFault(Object.values(value));
}

function firstFault(values: readonly Json[]): Fault | null {
  for (const value of values) {
    const fault = faultIn(value);
    if (fault) return fault;
  }
  return null;
}

/** The value at a dotted path, or of a `header:<name>`; null when there is none. Own properties only. */
export function valueAt(payload: Json, headers: Headers, path: string): Json {
  if (path.startsWith("header:")) return headers.get(path.slice("header:".length));
  let value: Json = payload;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as { [key: string]: Json })[key] ?? null;
  }
  return value;
}

export function holdsAll(conditions: readonly Condition[], payload: Json, headers: Headers): boolean {
  return conditions.every((condition) => {
    const value = valueAt(payload, headers, condition.path);
    return "in" in condition
      ? condition.in.some((wanted) => wanted === value)
      : !condition.notIn.some((unwanted) => unwanted === value);
  });
}
