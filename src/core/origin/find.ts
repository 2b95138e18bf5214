/** Whether a text holds a value, however it is written there: the ways to write one thing make no difference. */

/** Joins words, as a space does. */
const joint = /[\s"'`_-]/;

/** A thousands' comma, or a list of JSON, whose commas part its numbers. */
const commas = /\[[-+.,\de]{1,2000}\]|(?<=\d),(?=\d{3}\b)/g;

/** As two texts are compared: case and thousands' commas make no difference. */
export function comparable(text: string): string {
  const small = text.toLowerCase();
  return /\d,\d{3}\b/.test(small) ? small.replace(commas, (found) => (found === "," ? "" : found)) : small;
}

/** The parts of a value, comparable: quotes and the ways to join words make no difference. */
export function partsOf(value: string): string[] {
  return comparable(value)
    .split(/[\s"'`_-]+/)
    .filter((part) => part !== "");
}

/**
 * As a whole word, in a comparable text: 5 does not stand in 15 or 5.2, nor `pay` in `payments`; 30 does in 30s.
 * `wanted`: its parts.
 */
export function holds(text: string, wanted: readonly string[]): boolean {
  const [first] = wanted;
  if (first === undefined) return false;
  for (let at = text.indexOf(first); at !== -1; at = text.indexOf(first, at + 1)) {
    if (!beginsAt(text, at, first)) continue;
    const end = endOf(text, at, wanted);
    if (end !== null && endsAt(text, end, wanted)) return true;
  }
  return false;
}

/** Where it ends whose first part stands at `at`; null: the other parts do not follow. */
function endOf(text: string, at: number, wanted: readonly string[]): number | null {
  let end = at;
  for (const [index, part] of wanted.entries()) {
    const before = end;
    while (index > 0 && joint.test(text[end] ?? ".")) end += 1;
    if ((index > 0 && end === before) || !text.startsWith(part, end)) return null;
    end += part.length;
  }
  return end;
}

const letter = /\p{L}/u;
const digit = /\p{N}/u;
const word = /[\p{L}\p{N}]/u;
const unit = /^[a-zµ]{1,3}(?![\p{L}\p{N}])/u;

function beginsAt(text: string, at: number, first: string): boolean {
  const [before = " ", further = " "] = [text[at - 1], text[at - 2]];
  if (!isWord(first[0])) return true;
  const isNumber = digit.test(first[0] ?? "");
  // A time behind its date.
  if (isNumber && before === "t" && digit.test(further)) return true;
  // A version behind its v; v42 is no 42.
  if (before === "v" && !isWord(further) && /^\d+\.\d/.test(first)) return true;
  if (isWord(before)) return false;
  return !(isNumber && before === "." && digit.test(further));
}

function endsAt(text: string, end: number, wanted: readonly string[]): boolean {
  const [after = " ", further = " "] = [text[end], text[end + 1]];
  const part = wanted.at(-1) ?? "";
  const last = part.at(-1) ?? "";
  if (!isWord(last)) return true;
  const isNumber = digit.test(last);
  // A date before its time, a number before its unit.
  if (isNumber && after === "t" && digit.test(further)) return true;
  if (isNumber && letter.test(after)) return unit.test(text.slice(end, end + 5));
  if (isWord(after)) return false;
  return !(isNumber && after === "." && digit.test(further) && wanted.length === 1 && /^[\d.]+$/.test(part));
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && word.test(character);
}

/** One way to find a value. `isIn`: of a comparable text, which must hold these parts. */
export interface Way {
  wanted: readonly string[];
  isIn: (text: string) => boolean;
}

/** As it is written, and what else is the same: 30 s for 30s, 4.1.7 for v4.1.7, the whole hash for a short one. */
export function waysToFind(value: string): Way[] {
  const written = waysToWrite(value).map((wanted) => ({
    wanted,
    isIn: (text: string) => holds(text, wanted),
  }));
  const hash = value.toLowerCase();
  if (!isShortHash(hash)) return written;
  // Its last run of digits or letters may go on in the whole hash.
  const beginning = hash.replace(/(?:\d+|[a-f]+)$/, "");
  return [...written, { wanted: [beginning], isIn: (text) => holdsHash(text, hash) }];
}

/** As parts. */
function waysToWrite(value: string): string[][] {
  const parts = partsOf(value);
  const joined = parts.join(" ");
  if (/^\d+[a-z]{1,3}$/.test(joined)) return [parts, parts.flatMap((part) => part.split(/(?<=\d)(?=[a-z])/))];
  return /^v\d+\.\d/.test(joined) ? [parts, partsOf(value.slice(1))] : [parts];
}

/** What people shorten a hash to: seven characters or more of small hexadecimal digits, of both kinds. */
function isShortHash(value: string): boolean {
  return /^(?=\d*[a-f])(?=[a-f]*\d)[\da-f]{7,40}$/.test(value);
}

/** Whether a longer hash that begins so stands in a comparable text. */
function holdsHash(text: string, short: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}])${short}[\\da-f]+(?![\\p{L}\\p{N}])`, "u").test(text);
}

/**
 * Whether one of the numbers (in rising order) is this one before it was rounded to its decimals. `percent`: or before
 * it became a percentage. Whole numbers are taken for no other rounded ones: among many numbers one is always near.
 */
export function isRounded(value: string, percent: boolean, numbers: readonly number[]): boolean {
  const decimals = decimalsOf(value);
  const wanted = Number(value);
  const near = 0.5 * 10 ** -decimals + Number.EPSILON;
  const isNear = (found: number) => Math.abs(found - wanted) <= near;
  // A hair wider than what is near: who stands in it is looked at exactly.
  const [from, to] = [wanted - near * 1.01, wanted + near * 1.01];
  return (
    (decimals > 0 && someBetween(numbers, from, to, isNear)) ||
    (percent && someBetween(numbers, from / 100, to / 100, (found) => isNear(found * 100)))
  );
}

function someBetween(
  numbers: readonly number[],
  from: number,
  to: number,
  isIt: (found: number) => boolean,
): boolean {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < numbers.length; at++) {
    const found = numbers[at] ?? 0;
    if (found > to) return false;
    if (isIt(found)) return true;
  }
  return false;
}

/** It is a number that may have been another one. */
export function canBeRounded(value: string, percent: boolean): boolean {
  return decimalsOf(value) > 0 || (percent && /^\d+$/.test(value));
}

function decimalsOf(value: string): number {
  return /^\d+\.(\d{1,6})$/.exec(value)?.[1]?.length ?? 0;
}

const decimals = /\d{1,15}(?:e[+-]?\d{1,3})?/y;

/** The numbers with a decimal point in a text, in rising order: what can be rounded. */
export function numbersIn(text: string): number[] {
  const found: number[] = [];
  let end = 0;
  // From point to point: most texts hold few of them.
  for (let point = text.indexOf("."); point !== -1; point = text.indexOf(".", point + 1)) {
    let start = point;
    while (start > end && point - start < 15 && isDigit(text.charCodeAt(start - 1))) start -= 1;
    decimals.lastIndex = point + 1;
    if (start === point || !decimals.test(text)) continue;
    const from = text[start - 1];
    end = decimals.lastIndex;
    // 4.1.7 and 10.0.0.7 are no numbers, and hold none.
    const isLonger = from === "." || (text[end] === "." && isDigit(text.charCodeAt(end + 1)));
    if (!isLonger) found.push(Number(text.slice(start, end)));
  }
  return found.sort((a, b) => a - b);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
