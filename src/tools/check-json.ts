/** A model's arguments as plain JSON, or what is wrong with them, in words for the model. */
import { checkedJson, type Flaw, type JsonRules, type ReadJson, readJson } from "../core/text/json.ts";

/** `message` tells the model what is wrong and where. */
export type CheckedJson =
  | { ok: true; value: unknown }
  | { ok: false; code: "invalid_json" | "invalid_input" | "input_too_large"; message: string };

const maxCharacters = 256_000;
/** What runs is what was written: nothing is replaced. */
const rules: Partial<JsonRules> = { depth: 32, values: 20_000, nul: "kept", halves: "refused" };

/** Parses; never throws. Nothing, and what was written as JSON within a string, is what it stands for. */
export function parseJson(text: string): CheckedJson {
  if (text.length > maxCharacters) {
    return tooLarge(`${text.length} characters; at most ${maxCharacters} are taken`);
  }
  if (text.trim() === "") return { ok: true, value: {} };
  const read = readJson(text, rules);
  if ("flaw" in read) return told(read);
  if (read.value === null) return { ok: true, value: {} };
  if (typeof read.value === "string" && /^\s*\{/.test(read.value)) return parseJson(read.value);
  return told(read);
}

/** Checks a value that was JSON already. */
export function checkJson(value: unknown): CheckedJson {
  return told(checkedJson(value, rules));
}

function told(read: ReadJson): CheckedJson {
  if (!("flaw" in read)) return { ok: true, value: read.value };
  const { code, pointer, detail }: Flaw = read.flaw;
  switch (code) {
    case "invalid_json":
      return { ok: false, code, message: `The arguments are not valid JSON: ${detail}` };
    case "too_deep":
    case "too_many":
      return tooLarge(detail);
    case "lost_digits":
      return { ok: false, code: "invalid_input", message: detail };
    default: {
      const path = `input${pointer.slice(0, 200).replaceAll("/", ".")}`;
      return { ok: false, code: "invalid_input", message: `${path}: ${detail}` };
    }
  }
}

function tooLarge(message: string): CheckedJson {
  return { ok: false, code: "input_too_large", message: `The arguments are too large: ${message}` };
}
