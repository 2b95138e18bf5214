/** Reading JSON from strangers: bounded depth, no keys that reach a prototype, no text that a database refuses. */

export const maxDepth = 64;

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
  const position = /position (\d+)/.exec(message)?.[1];
  const what = message.split(/, ["']|\.\.\.| in JSON| is not valid/)[0] ?? "not JSON";
  if (position === undefined) return what;
  return `${what} at byte ${Buffer.byteLength(text.slice(0, Number(position)))}`;
}

const forbidden = new Set(["__proto__", "constructor", "prototype"]);

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
    if (forbidden.has(key)) {
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

export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
