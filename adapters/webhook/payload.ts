/** Parses a delivery's body within limits of size and depth. */
import { withExactDigits } from "../../src/core/text/digits.ts";
import { depthOf, forbiddenKeys, maxDepth } from "../../src/core/text/json.ts";

/** The largest body of a delivery: 2 MiB. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** What `JSON.parse` can return. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Why a body is not taken; each is a code of a problem document. */
export type Fault = "body_too_large" | "invalid_json" | "too_deep" | "forbidden_key" | "not_an_object";

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
  if (depthOf(text) > maxDepth) return { ok: false, fault: "too_deep" };
  let value: Json;
  try {
    value = withoutNul(JSON.parse(withExactDigits(text)) as Json, text);
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

/** No database stores a NUL in text: it becomes the character that stands for one, and nothing else is lost. */
function withoutNul(value: Json, text: string): Json {
  // Only this escape makes one: in the body itself it would not have parsed.
  return /\\u0000/.test(text) ? replaced(value) : value;
}

function replaced(value: Json): Json {
  if (typeof value === "string") return value.replaceAll("\0", "\u{fffd}");
  if (Array.isArray(value)) return value.map(replaced);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key.replaceAll("\0", "\u{fffd}"),
    replaced(item),
  ]);
  return Object.fromEntries(entries);
}

function faultIn(value: Json): Fault | null {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return firstFault(value);
  if (Object.keys(value).some((key) => forbiddenKeys.has(key))) return "forbidden_key";
  return firstFault(Object.values(value));
}

function firstFault(values: readonly Json[]): Fault | null {
  for (const value of values) {
    const fault = faultIn(value);
    if (fault) return fault;
  }
  return null;
}
