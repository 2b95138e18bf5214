/** A tool as its server defines it: what of it is pinned, what a model may read, what makes it unfit. */
import { createHash } from "node:crypto";
import { checkedJson } from "../../src/core/text/json.ts";
import { isSeen, onlySeen } from "../../src/core/text/visible.ts";
import { argumentCheck, whyUncheckable } from "./arguments.ts";
import { unsendable } from "./digits.ts";

export type JsonObject = Record<string, unknown>;

/** Word for word as the server sent it; nothing of it is believed. */
export interface Definition {
  name: string;
  description: string;
  schema: JsonObject;
  /** What the server says of its effect, for people: `reads only`. */
  claims: readonly string[];
}

/** Characters of it that a model reads. */
const longestDescription = 2_000;
/** Of a description and of a schema: more nobody would review. */
const largest = 64_000;
const deepestSchema = 32;

/** SHA-256 (hex) of name, description and schema; the order of keys does not count. */
export function hashOf({ name, description, schema }: Definition): string {
  return createHash("sha256")
    .update(JSON.stringify([name, description, sorted(schema)]))
    .digest("hex");
}

/** With all keys in order, however a server or a file has them. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

const mostRemembered = 4_000;

/** Why a definition can't be a tool here, for the operator; null: it can. Each is looked at once. */
export function flawFinder(): (definition: Definition) => string | null {
  const known = new Map<string, string | null>();
  return (definition) => {
    const hash = hashOf(definition);
    const found = known.get(hash);
    if (found !== undefined) return found;
    if (known.size >= mostRemembered) known.clear();
    const flaw = flawOf(definition);
    known.set(hash, flaw);
    return flaw;
  };
}

function flawOf({ name, description, schema }: Definition): string | null {
  if (!/^[A-Za-z0-9_.\-/]{1,64}$/.test(name)) return "its name is not 1 to 64 of A-Z a-z 0-9 _ . - /";
  if ("flaw" in checkedJson(Object.fromEntries([[name, null]]))) return "its name is reserved";
  return flawOfDescription(description) ?? flawOfSchema(schema);
}

/** What the lock file could not give back as it was would take all that is accepted with it. */
function flawOfDescription(text: string): string | null {
  if (text.length > largest) return `its description has ${text.length} characters; at most ${largest}`;
  const read = checkedJson(text, { halves: "refused" });
  return "flaw" in read ? `its description ${read.flaw.detail}` : null;
}

function flawOfSchema(schema: JsonObject): string | null {
  const text = JSON.stringify(schema);
  if (text.length > largest) return `its schema has ${text.length} characters; at most ${largest}`;
  const read = checkedJson(schema, { depth: deepestSchema, halves: "refused" });
  if ("flaw" in read) return `its schema ${read.flaw.pointer} ${read.flaw.detail}`;
  const lost = schema[unsendable];
  if (lost !== undefined) return `its schema asks ${lostInWords(lost)}`;
  if (schema.type !== "object") return "its schema is not one of an object";
  return unseenIn(schema) ?? uncheckable(schema);
}

function lostInWords(lost: unknown): string {
  const where = onlySeen(String(lost)).slice(0, 200);
  return `${where}, a number of more digits than can be sent; its server must take it as text`;
}

function uncheckable(schema: JsonObject): string | null {
  try {
    argumentCheck(schema)({});
    return null;
  } catch (error) {
    return `arguments can't be checked by its schema: ${onlySeen(whyUncheckable(error)).slice(0, 200)}`;
  }
}

/** Of descriptions they are taken out; in what is sent to the server they would change what is meant. */
function unseenIn(value: unknown, key = ""): string | null {
  if (typeof value === "string" && !isProse(key) && !isSeen(value.trim())) {
    return "its schema holds characters that can't be seen";
  }
  if (typeof value !== "object" || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    if (!isSeen(name.trim())) return "its schema names a key with characters that can't be seen";
    const found = unseenIn(inner, name);
    if (found !== null) return found;
  }
  return null;
}

function isProse(key: string): boolean {
  return key === "description" || key === "title" || key === "$comment";
}

/** The protocol lets a server leave the description out; a tool of a bot must have one. */
const noDescription = "Its server says nothing of what it does.";

/** As a model reads it: without what can't be seen, and not longer than a description must be. */
export function told({ description, schema }: Definition): { description: string; schema: JsonObject } {
  return { description: prose(description) || noDescription, schema: cleaned(schema) };
}

function cleaned(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, cleanedValue(value, key)]));
}

function cleanedValue(value: unknown, key: string): unknown {
  if (typeof value === "string") return isProse(key) ? prose(value) : value;
  if (Array.isArray(value)) return value.map((inner) => cleanedValue(inner, ""));
  return typeof value === "object" && value !== null ? cleaned({ ...value }) : value;
}

function prose(text: string): string {
  const seen = onlySeen(text).trim();
  return seen.length > longestDescription ? `${seen.slice(0, longestDescription).toWellFormed()}…` : seen;
}
