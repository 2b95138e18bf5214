/** Finds what mail programs write above a quote (a line, or a block of headers) by its shape in any language. Pure. */

/** What is ours in every reply to us, whatever its language. */
export interface OwnMail {
  /** `agent@example.com`; replies carry it with a token: `agent+<token>@example.com`. In lower case. */
  address: string;
  /** The name that our mails are from. */
  name: string;
}

/** Longer lines are never an attribution or a header. */
const MAX_LINE = 400;
/** Lines that one attribution may be wrapped into. */
const MAX_WRAPPED = 4;
/** Lines that one header block may have, wrapped ones included. */
const MAX_BLOCK = 14;

/** In angle or round brackets, as mail programs write a sender; the inner one may be doubled by `mailto:`. */
const bracketed = /[<([]\s*(?:mailto:)?[^\s<>()[\]@]{1,128}@[^\s<>()[\]@]{1,255}/;
/** There is a mail address in the line: looked for from its @ on, so that no text makes the search slow. */
export const anyAddress = /[^\s<>()[\]@:;,"]@[^\s<>()[\]@:;,"]{1,255}\.[^\s<>()[\]@:;,".]{2,}/;
const year = /(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)/;
const clock = /(?<!\d)\d{1,2}\s?[:.h時点시]\s?\d\d(?!\d)/;

/** A line of nothing but rules: `____`, `-----`, `====`. */
export function isRule(line: string): boolean {
  return /^\s*[-_=*~—–─]{2,}\s*$/.test(line);
}

/** Without what can't be seen, digits of any script as 0 to 9. */
export function legible(line: string): string {
  if (/^[\x20-\x7e]*$/.test(line)) return line;
  return line
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]/g, "")
    .replace(/[\u00a0\u202f\u2009]/g, " ")
    .replace(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}

function mentionsOwn(text: string, own: OwnMail | null): boolean {
  return own !== null && (mentionsAddress(text, own) || hasWord(text, own.name));
}

/** Our address, bare or with a token behind its +. */
export function mentionsAddress(text: string, own: OwnMail): boolean {
  const lower = text.toLowerCase();
  const [local = "", domain = ""] = own.address.split("@");
  return lower.includes(own.address) || (lower.includes(`${local}+`) && lower.includes(`@${domain}`));
}

function hasWord(text: string, name: string): boolean {
  const at = name === "" ? -1 : text.indexOf(name);
  const around = `${text[at - 1] ?? " "}${text[at + name.length] ?? " "}`;
  return at !== -1 && !/[\p{L}\p{N}]/u.test(around);
}

/**
 * The first line of the attribution that ends at line `end`; null: none ends there. Above a marked quote a date or a
 * sender is proof enough; above anything else it takes both, or us.
 */
export function attributionTo(
  lines: readonly string[],
  end: number,
  quoteFollows: boolean,
  own: OwnMail | null,
): number | null {
  if (!closes(lines[end] ?? "", quoteFollows)) return null;
  let joined = "";
  for (let start = end; start >= 0 && end - start < MAX_WRAPPED; start--) {
    const line = lines[start]?.trim() ?? "";
    joined = `${line} ${joined}`;
    if (line === "" || joined.length > MAX_LINE) return null;
    if (says(joined, quoteFollows, own)) return wrappedFrom(lines, start);
  }
  return null;
}

/** It ends with a colon, or with the sender's address; `---- On … wrote ----` with dashes. */
function closes(line: string, quoteFollows: boolean): boolean {
  if (line.length > MAX_LINE) return false;
  return (
    /[:：]\s*$/.test(line) ||
    /^\s*-{2,}\s?\S.*\S\s?-{2,}\s*$/.test(line) ||
    endsWithSender(line, quoteFollows)
  );
}

function endsWithSender(line: string, quoteFollows: boolean): boolean {
  return quoteFollows ? /@[^\s<>]+>+\s*$/.test(line) : /@[^\s<>]+>+\s\S+(?:\s\S+)?$/.test(line.trim());
}

function says(joined: string, quoteFollows: boolean, own: OwnMail | null): boolean {
  const dated = year.test(joined) || clock.test(joined);
  if (own !== null && mentionsAddress(joined, own)) return dated || quoteFollows;
  if (quoteFollows) {
    const isShort = joined.length < 200;
    return dated || bracketed.test(joined) || (isShort && mentionsOwn(joined, own));
  }
  if (!(year.test(joined) || clock.test(joined))) return false;
  const isDashed = /^\s*-{2,}.*-{2,}\s*$/.test(joined);
  const dashed = isDashed && (anyAddress.test(joined) || (year.test(joined) && clock.test(joined)));
  return bracketed.test(joined) || dashed || (clock.test(joined) && mentionsOwn(joined, own));
}

/**
 * Broken in the middle: the name stands above its address, or the line above has the other half
 * of the date or the sender.
 */
function wrappedFrom(lines: readonly string[], from: number): number {
  for (let start = from; start > from - MAX_WRAPPED; start--) {
    const above = lines[start - 1]?.trim() ?? "";
    const isOpen = (/[,<(]$/.test(above) && /\d/.test(above)) || bracketed.test(above);
    const isBroken = isOpen || /^[<(]/.test(lines[start]?.trim() ?? "");
    if (above === "" || above.length > 100 || !isBroken) return start;
  }
  return from;
}

/** `From: …`, `De : …`, `*Von:* …`, `差出人: …`: a label and what it says; null: another line. */
export function labelled(line: string): string | null {
  if (line.length > MAX_LINE || !/[:：]/.test(line)) return null;
  const match = /^[\s*>]{0,8}(\p{L}[\p{L}\p{M}'’. -]{0,30}?)\s?\*{0,2}\s?[:：]\*{0,2}\s?(.*)$/u.exec(line);
  const words = match?.[1]?.trim().split(/\s+/).length ?? 9;
  return match && words <= 3 ? (match[2] ?? "") : null;
}

/**
 * Lines from `at` on that are the headers of a quoted mail, whose words follow; 0: none. `labels`: what `labelled` says
 * of each line.
 */
export function headerBlockAt(
  lines: readonly string[],
  labels: readonly (string | null)[],
  at: number,
  own: OwnMail | null,
): number {
  const values: string[] = [];
  let length = 0;
  let wrapped = 0;
  for (let i = at; i < lines.length && length < MAX_BLOCK; i++) {
    const line = lines[i] ?? "";
    const value = labels[i] ?? null;
    if (line.trim() === "" || (value === null && (values.length === 0 || ++wrapped > 3))) break;
    if (value === null) values.push(`${values.pop()} ${line.trim()}`);
    else values.push(value);
    length++;
  }
  return isHeaders(values, isRuleAbove(lines, at), own) ? length : 0;
}

function isHeaders(values: readonly string[], ruled: boolean, own: OwnMail | null): boolean {
  if (values.length < 2) return false;
  const dated = values.some(
    (value) => year.test(value) || (clock.test(value) && /\d.*\D\d{1,2}\s?[:.h]/.test(value)),
  );
  const sender = values.slice(0, 3).some((value) => anyAddress.test(value));
  if (own !== null && values.some((value) => mentionsAddress(value, own))) return true;
  if (own !== null && values.length >= 3 && values.some((value) => isName(value, own))) return true;
  if (ruled) return dated || sender;
  if (values.length >= 4) return dated && sender;
  const addressed = values.filter((value) => anyAddress.test(value)).length >= 2;
  const answered = values.some((value) => /^\s*\p{L}{2,4}\s?[:：]/u.test(value));
  return values.length === 3 && dated && sender && (addressed || answered);
}

function isName(value: string, own: OwnMail): boolean {
  return value.replace(/["']/g, "").trim() === own.name;
}

function isRuleAbove(lines: readonly string[], at: number): boolean {
  let above = at - 1;
  while (above > at - 3 && above >= 0 && lines[above]?.trim() === "") above--;
  const line = lines[above] ?? "";
  return isRule(line) || isDivider(line);
}

/** `-----Original Message-----`, `------ 原始邮件 ------`: words between two rules of the same kind. */
export function isDivider(line: string): boolean {
  return /^\s*\*?([-_=])\1{3,}\s?\p{L}[^\d@:]{0,60}\p{L}\s?\1{3,}\*?\s*$/u.test(line);
}
