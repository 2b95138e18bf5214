/** Reads a model's arguments as harmless plain JSON: bounded, well formed, without keys that reach into prototypes. */
import { lostDigits } from "../core/text/digits.ts";
import { depthOf, forbiddenKeys } from "../core/text/json.ts";

/** `message` tells the model what is wrong and where. */
export type CheckedJson =
  | { ok: true; value: unknown }
  | { ok: false; code: "invalid_json" | "invalid_input" | "input_too_large"; message: string };

const maxCharacters = 256_000;
const maxDepth = 32;
const maxNodes = 20_000;

/** Parses; never throws. Nothing, and what was written as JSON within a string, is what it stands for. */
export function parseJson(text: string): CheckedJson {
  if (text.length > maxCharacters) {
    return tooLarge(`${text.length} characters; at most ${maxCharacters} are taken`);
  }
  // Before parsing: a text may nest deeper than the parser's own stack.
  if (depthOf(text) > maxDepth) return tooLarge(`nested deeper than ${maxDepth}`);
  if (text.trim() === "") return { ok: true, value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return { ok: true, value: {} };
    if (typeof value === "string" && /^\s*\{/.test(value)) return parseJson(value);
    // It would run with another number than the one that was written.
    const lost = lostDigits(text);
    return lost === null ? checkJson(value) : invalid(lost);
  } catch (error) {
    // V8 quotes the text around the fault; the position is what helps, the quote may be long or secret.
    const position = /at position \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    const where = position ?? "at their end";
    return { ok: false, code: "invalid_json", message: `The arguments are not valid JSON ${where}` };
  }
}

/** Checks a value that was JSON already. */
export function checkJson(value: unknown): CheckedJson {
  const count = { nodes: 0 };
  return checkNode(value, "input", 0, count) ?? { ok: true, value };
}

function checkNode(
  value: unknown,
  path: string,
  depth: number,
  count: { nodes: number },
): CheckedJson | null {
  count.nodes += 1;
  if (depth > maxDepth) return tooLarge(`nested deeper than ${maxDepth}`);
  if (count.nodes > maxNodes) return tooLarge(`more than ${maxNodes} values`);
  if (typeof value === "string") return value.isWellFormed() ? null : invalid(`${path}: broken Unicode`);
  if (typeof value !== "object" || value === null) return null;
  for (const [key, child] of Object.entries(value)) {
    if (forbiddenKeys.has(key)) return invalid(`${path}: the key ${key} is not allowed`);
    if (!key.isWellFormed()) return invalid(`${path}: a key with broken Unicode`);
    const problem = checkNode(child, `${path}.${key.slice(0, 60)}`, depth + 1, count);
    if (problem) return problem;
  }
  return null;
}

function invalid(message: string): CheckedJson {
  return { ok: false, code: "invalid_input", message };
}

function tooLarge(message: string): CheckedJson {
  return { ok: false, code: "input_too_large", message: `The arguments are too large: ${message}` };
}
