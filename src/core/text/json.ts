/** Reading untrusted JSON: bounded depth, no keys that reach a prototype, no text that a database refuses. */

/** What a body from outside may nest at most. */
export const maxDepth = 64;

/** Keys that reach a prototype when somebody copies an object carelessly: no JSON from outside may hold them. */
export const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** How deep brackets nest outside of strings, without parsing: `JSON.parse` survives depths that kill later steps. */
export function depthOf(text: string): number {
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

/** What the parser disliked and where, without the bytes around it: they may hold secrets. */
export function parseErrorOf(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "not JSON";
  const what = message.split(/, ["']|, \.\.\.| in JSON(?! input)| is not valid/)[0] ?? "not JSON";
  // Where the text itself is quoted, a position may be a quotation.
  const given = /^(?!Unexpected token).* at position (\d+)/.exec(message)?.[1];
  const position = Number(given ?? unexpectedAt(text));
  return `${what} at byte ${new TextEncoder().encode(text.slice(0, position)).byteLength}`;
}

const words = ["true", "false", "null"];

/**
 * The parser gives no position where it misses a value, or in the middle of a word: looks for that place. All before
 * it is sound, or the parser would have stopped there.
 */
function unexpectedAt(text: string): number {
  let before = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (/[ \t\n\r]/.test(char)) continue;
    const word = words.find((one) => one.startsWith(char));
    if (char === '"') at = endOfString(text, at);
    else if (word) {
      const same = [...word].findIndex((letter, index) => text[at + index] !== letter);
      if (same !== -1) return at + same;
      at += word.length - 1;
    } else if (/[[:,]|^$/.test(before) && !/[[{\d-]/.test(char) && before + char !== "[]") return at;
    before = char;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** What is wrong with a body and where. `pointer`: a JSON Pointer (RFC 6901), "" for the whole. */
export type Flaw = { code: "forbidden_key" | "validation_failed"; pointer: string; detail: string };

/**
 * The same value with every string well-formed (lone surrogates replaced); the first flaw, if there is one.
 * The depth was checked before, so recursion is safe.
 */
export function cleaned(value: unknown, pointer = ""): { value: unknown } | { flaw: Flaw } {
  if (typeof value === "string") {
    if (value.includes("\u0000")) return { flaw: nul(pointer) };
    return { value: value.toWellFormed() };
  }
  if (typeof value !== "object" || value === null) return { value };
  const entries = Object.entries(value);
  const copy: [string, unknown][] = [];
  for (const [key, member] of entries) {
    const here = `${pointer}/${escapePointer(key)}`;
    if (forbiddenKeys.has(key)) {
      return { flaw: { code: "forbidden_key", pointer: here, detail: `the key ${key} is forbidden` } };
    }
    if (key.includes("\u0000")) return { flaw: nul(pointer) };
    const clean = cleaned(member, here);
    if ("flaw" in clean) return clean;
    copy.push([key.toWellFormed(), clean.value]);
  }
  return { value: Array.isArray(value) ? copy.map(([, member]) => member) : Object.fromEntries(copy) };
}

function nul(pointer: string): Flaw {
  return { code: "validation_failed", pointer, detail: "must not contain the character U+0000" };
}

/** One key as a part of a JSON Pointer (RFC 6901): `~` becomes `~0`, `/` becomes `~1`. */
export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
