/** Text, arguments, names and ids, in whatever shape a server sent what its API promises as a string. */
import { ModelError } from "../../src/core/ports/model.ts";

/** Parts that are the model thinking aloud: never part of what it says. */
const thinking: ReadonlySet<unknown> = new Set(["thinking", "reasoning", "redacted_thinking", "refusal"]);

/** An answer that can't be read is told with words: it must neither look like an answer nor like our own fault. */
export function unreadable(what: string, value: unknown): ModelError {
  const found = JSON.stringify(value)?.slice(0, 120) ?? String(value);
  const message = `The model's server sent ${what} in a shape that nobody can read. Nothing of the answer was used. Try again, or use another server or model.`;
  return new ModelError("bad_answer", message, {
    retryable: false,
    cause: new Error(`${what}: ${found}`),
  });
}

/** Content as text: a string, a list of parts, or nothing. Throws ModelError for anything else. */
export function textOf(content: unknown): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(partText).join("");
  if (isObject(content)) return partText(content);
  throw unreadable("the text of an answer", content);
}

function partText(part: unknown): string {
  if (part === null || typeof part === "string") return part ?? "";
  if (!isObject(part)) throw unreadable("the text of an answer", part);
  if (thinking.has(part.type)) return "";
  if (typeof part.text === "string") return part.text;
  if (isObject(part.text) && typeof part.text.value === "string") return part.text.value;
  throw unreadable("the text of an answer", part);
}

/**
 * Arguments as JSON text. An object is the arguments themselves; parts of text are joined; nothing is the empty text.
 */
export function argumentsOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((part) => argumentsPart(part, value)).join("");
  if (isObject(value)) return jsonOf(value);
  throw unreadable("the arguments of a call", value);
}

function argumentsPart(part: unknown, all: unknown): string {
  if (typeof part === "string") return part;
  if (isObject(part) && typeof part.text === "string") return part.text;
  throw unreadable("the arguments of a call", all);
}

/**
 * Whole numbers are written out in full: where the server's own digits were lost on the way here, what is written then
 * is no number that JSON can hold, and the check of the arguments says so.
 */
function jsonOf(value: unknown): string {
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return BigInt(value).toString();
  }
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${jsonOf(member)}`);
  return `{${members.join(",")}}`;
}

/** An id or a name; empty where there is none. Some servers count their ids. */
export function nameOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/** Arguments of former calls as servers parse them anew: broken ones would have the whole request rejected. */
export function soundArguments(json: string): string {
  return isObject(parsed(json)) ? json : "{}";
}

/** Names of former calls, as the API allows them: a model may have made up one that it does not. */
export function soundName(name: string): string {
  return name.replace(/[^\w-]/gu, "_").slice(0, 64) || "unnamed";
}

/** False also for JSON that was cut off in the middle. */
export function isWholeObject(json: string): boolean {
  return isObject(parsed(json));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** A JSON object: no array and not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
