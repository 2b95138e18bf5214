/**
 * Plain words that are names: those that a text holds as a value (`"service": "checkout"`, `owner=erin`), and whoever
 * said it. No other word of a sentence is taken for one.
 */
import type { Source } from "./sources.ts";

/** What may be a value: behind a colon, an equals sign, or at a place of a list. Looked for by the sign, for speed. */
const values = /(?<sign>[:=[,])(?<space>\s{0,9})(?<quote>\\?"|)(?<value>\p{L}{3,40})/gu;
const key = String.raw`([\p{L}_][\p{L}\p{N}_.-]{0,60})`;
/** What stands before the sign, and what behind the value; the key is the first group. */
const forms = {
  /** "owner": "erin", also within a string of JSON */
  json: { sign: ":", quoted: true, before: new RegExp(`${key}\\\\?"\\s{0,9}$`, "u"), after: /^/ },
  /** ["orders", "users"] */
  first: { sign: "[", quoted: true, before: /()$/, after: /^\s{0,9}[,\]]/ },
  next: { sign: ",", quoted: true, before: /()$/, after: /^\s{0,9}[,\]]/ },
  /** owner="erin" */
  label: { sign: "=", quoted: true, before: new RegExp(`${key}[ \\t]{0,3}$`, "u"), after: /^/ },
  /** owner=erin */
  pair: { sign: "=", quoted: false, before: new RegExp(`${key}$`, "u"), after: /^(?:[\s,;)}\]]|$)/ },
  /** owner: erin, alone on its line */
  line: {
    ...{ sign: ":", quoted: false },
    before: new RegExp(`^[ \\t-]{0,40}${key}$`, "mu"),
    after: /^[ \t\r]{0,9}(?:\n|$)/,
  },
} as const;
const all = Object.values(forms);
/** More than a key and what stands around it. */
const around = 120;

/** What these say is how a thing is, and none's name. */
const condition =
  /(?:^|[._-])(?:status|state|level|severity|type|kind|phase|conclusion|result|reason|verdict|unit|format|method|mode|health|priority|color)$/i;

/** In small letters, each once. */
export function namesIn({ text, speaker }: Pick<Source, "text" | "speaker">): Set<string> {
  const found = new Set(speaker === undefined ? [] : partsOf(speaker));
  for (const match of text.matchAll(values)) {
    const { sign, space = "", quote = "", value = "" } = match.groups ?? {};
    const end = match.index + match[0].length;
    if (quote === "" && (sign === "=" ? space !== "" : space.includes("\n"))) continue;
    if (quote !== "" && !text.startsWith(quote, end)) continue;
    const before = text.slice(Math.max(0, match.index - around), match.index);
    const after = text.slice(end + quote.length, end + quote.length + around);
    const isOne = all.some((form) => {
      if (form.sign !== sign || form.quoted !== (quote !== "") || !form.after.test(after)) return false;
      const [, of] = form.before.exec(before) ?? [];
      return of !== undefined && !condition.test(of);
    });
    if (isOne) found.add(value.toLowerCase());
  }
  return found;
}

/** `dana`, `Dana Smith`; but not the words of `admin token`. */
function partsOf(speaker: string): string[] {
  const parts = speaker.match(/\p{L}{3,40}/gu) ?? [];
  return (parts.length === 1 ? parts : parts.filter((part) => /^\p{Lu}/u.test(part))).map((part) =>
    part.toLowerCase(),
  );
}

/** Each word of a text that could be one, with where it stands (characters). */
export function plainWordsIn(text: string): { value: string; start: number }[] {
  const words = text.matchAll(/(?<![\p{L}\p{N}_])\p{L}{3,40}(?![\p{L}\p{N}_])/gu);
  return [...words].map((match) => ({ value: match[0], start: match.index }));
}
