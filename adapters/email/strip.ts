/**
 * Tells what a person wrote into a reply from what their mail program put around it. No language is known here: quotes
 * are known by their marks, by the shape of what stands above them, and by what is ours in them.
 */
import {
  anyAddress,
  attributionTo,
  headerBlockAt,
  isDivider,
  isRule,
  labelled,
  legible,
  mentionsAddress,
  type OwnMail,
} from "./attribution.ts";
import { isProgramLine } from "./courtesy.ts";
import { isMark } from "./mark.ts";

/** A mail's text in two parts. */
export interface Stripped {
  /** The sender's words; "" when there is nothing but quotes. */
  own: string;
  /** The rest, for the record. Every line of the text is in one of the two. */
  quoted: string;
}

const MAX_SIGNATURE = 15;
const MAX_FOOTER = 6;
/** A quoted line of this length was broken by a program that did not mark its second half. */
const LONG = 60;

/** One pass over the lines; the same answer for the same text. `own`: null when nothing of ours is known. */
export function stripReply(text: string, own: OwnMail | null = null): Stripped {
  const lines = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n");
  const kinds = kindsOf(lines.map(legible), own);
  const kept = lines.filter((_, at) => kinds[at] === "own");
  return { own: tidy(kept), quoted: tidy(lines.filter((_, at) => kinds[at] !== "own")) };
}

type Kind = "own" | "quoted" | "aside";

/** What each line is. `aside`: a signature, a rule, a phone's line. */
function kindsOf(lines: readonly string[], own: OwnMail | null): Kind[] {
  const kinds = lines.map((line): Kind => (isQuoted(line) ? "quoted" : "own"));
  markWrapped(lines, kinds);
  markAttributions(lines, kinds, own);
  const cut = cutAt(lines, kinds, own);
  for (let at = cut; at < lines.length; at++) kinds[at] = "quoted";
  markSignatures(lines, kinds);
  markTails(lines, kinds);
  return kinds;
}

function isQuoted(line: string): boolean {
  // The end of an address that was wrapped begins like a quote: `>:`.
  return /^\s{0,8}[>＞]/.test(line) && !/^\s*>\s?[:：]\s*$/.test(line);
}

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === "";
}

/** The second half of a long quoted line, which got no mark of its own: between quoted lines, without a gap. */
function markWrapped(lines: readonly string[], kinds: Kind[]): void {
  for (let at = 1; at < lines.length; at++) {
    const before = lines[at - 1] ?? "";
    if (kinds[at] !== "own" || kinds[at - 1] !== "quoted" || isBlank(lines[at])) continue;
    const isOpen =
      (before.length >= LONG && !/[.!?:]\s*$/.test(before)) || /[(<]https?:[^)>\s]*$/.test(before);
    const next = lines[at + 1] ?? "";
    const isInside = before.length >= LONG && /^\p{Ll}/u.test(lines[at] ?? "") && /^\s*>\s*$/.test(next);
    if ((isOpen && isQuoted(next)) || isInside) kinds[at] = "quoted";
  }
}

/** Above quotes that are marked line by line; what stands below those may be the answer. */
function markAttributions(lines: readonly string[], kinds: Kind[], own: OwnMail | null): void {
  for (let at = 1; at < lines.length; at++) {
    if (kinds[at] !== "quoted" || kinds[at - 1] === "quoted") continue;
    let end = at - 1;
    while (end > at - 4 && end >= 0 && isBlank(lines[end])) end--;
    if (end < 0 || kinds[end] !== "own") continue;
    const start =
      attributionTo(lines, end, true, own) ?? (isOurs(lines, kinds, at) ? aboveMark(lines, at) : null);
    if (start !== null) for (let i = start; i < at; i++) kinds[i] = "quoted";
  }
}

/** Does the quote that begins here begin with our mark? */
function isOurs(lines: readonly string[], kinds: readonly Kind[], at: number): boolean {
  const end = kinds.findIndex((kind, i) => i > at && kind !== "quoted");
  return lines.slice(at, Math.min(at + 8, end === -1 ? lines.length : end)).some(isMark);
}

/** The first line of a quote that is not marked line by line: nothing below it is the sender's. */
function cutAt(lines: readonly string[], kinds: readonly Kind[], own: OwnMail | null): number {
  const labels = lines.map(labelled);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (kinds[at] !== "own" || isBlank(line)) continue;
    if (isMark(line)) return aboveMark(lines, at);
    if (headerBlockAt(lines, labels, at, own) > 0) return at;
    if (isDivider(line) && isOnly(lines, at)) return at;
    const start = attributionTo(lines, at, false, own);
    if (start !== null) return start;
    if (own !== null && hasToken(line, own)) return aboveMark(lines, at);
  }
  return lines.length;
}

/** A heading between rules is the person's own when there are several, or when nothing of theirs would be left. */
function isOnly(lines: readonly string[], at: number): boolean {
  return (
    lines.filter((line) => isDivider(line) && !isMark(line)).length === 1 &&
    lines.slice(0, at).some((line) => !isBlank(line))
  );
}

/** Our token behind a + never stands in what a person wrote. */
function hasToken(line: string, own: OwnMail): boolean {
  return /\+[0-9a-f]{16,}@/i.test(line) && mentionsAddress(line, own);
}

/**
 * What stands right above our own words, without a gap or behind one blank line, belongs to them
 * when it ends with a colon.
 */
function aboveMark(lines: readonly string[], at: number): number {
  let end = at - 1;
  while (end >= 0 && end > at - 3 && isBlank(lines[end])) end--;
  if (!/[:：]\s*$/.test(lines[end] ?? "")) return at;
  let start = end;
  while (start > 0 && end - start < 3 && !isBlank(lines[start - 1])) start--;
  return isBlank(lines[start - 1]) ? start : end;
}

/**
 * From `--` to the next quote or the end, when it is short enough to be one; from `__` when a list's address follows.
 */
function markSignatures(lines: readonly string[], kinds: Kind[]): void {
  for (let at = 0; at < lines.length; at++) {
    const [, sign] = /^\s?(--|_{2,})\s*$/.exec(lines[at] ?? "") ?? [];
    if (kinds[at] !== "own" || sign === undefined) continue;
    let end = at;
    while (end < lines.length && kinds[end] === "own") end++;
    const below = lines.slice(at, end).filter((line) => !isBlank(line));
    const isSignature =
      sign === "--" ? below.length <= MAX_SIGNATURE : isListFooter(below, end === lines.length);
    if (isSignature) kinds.fill("aside", at, end);
  }
}

function isListFooter(lines: readonly string[], isLast: boolean): boolean {
  return isLast && lines.length <= MAX_FOOTER && lines.some((line) => anyAddress.test(line));
}

/** Rules and phones' lines at the end of what was written, above a quote or the end of the mail. */
function markTails(lines: readonly string[], kinds: Kind[]): void {
  for (let end = lines.length; end > 0; end--) {
    if (kinds[end - 1] !== "own" || kinds[end] === "own") continue;
    let at = end - 1;
    while (at >= 0 && kinds[at] === "own" && (isBlank(lines[at]) || isTail(lines, at))) {
      if (!isBlank(lines[at])) kinds[at] = "aside";
      at--;
    }
  }
}

function isTail(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? "";
  return isRule(line) || isDivider(line) || isProgramLine(line);
}

function tidy(lines: readonly string[]): string {
  return lines
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
