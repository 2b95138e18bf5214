/** A delivery's body as a payload, or why it is none. */
import { readJson } from "../../src/core/text/json.ts";

/** The largest body of a delivery: 2 MiB. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** What `JSON.parse` can return. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Why a body is not taken; each is a code of a problem document. */
export type Fault = "body_too_large" | "invalid_json" | "too_deep" | "forbidden_key" | "not_an_object";

/** What a sender wrote is only told, never run: a NUL gets the sign that stands for one, long numbers become text. */
export function parsePayload(
  body: Uint8Array,
): { ok: true; payload: { [key: string]: Json } } | { ok: false; fault: Fault } {
  const read = readJson(body, { nul: "replaced", digits: "as_text" });
  if ("flaw" in read) return { ok: false, fault: faultOf(read.flaw.code) };
  const { value } = read;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, fault: "not_an_object" };
  }
  return { ok: true, payload: value as { [key: string]: Json } };
}

function faultOf(code: string): Fault {
  return code === "too_deep" || code === "forbidden_key" ? code : "invalid_json";
}
