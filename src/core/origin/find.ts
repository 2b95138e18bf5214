/** Whether a text holds a value, however it is written there: the ways to write one thing make no difference. */

/** Case, quotes, thousands' commas and the ways to join words make no difference. */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .replace(/(?<=\d),(?=\d{3}\b)/g, "")
    .replace(/[\s"'`_-]+/g, " ")
    .trim();
}

/** As a whole word, in folded texts: 5 does not stand in 15 or 5.2, nor `pay` in `payments`; 30 does in 30s. */
export function holds(text: string, wanted: string): boolean {
  if (wanted === "") return false;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    if (beginsAt(text, at, wanted) && endsAt(text, at + wanted.length, wanted)) return true;
  }
  return false;
}

const letter = /\p{L}/u;
const digit = /\p{N}/u;
const unit = /^[a-zµ]{1,3}(?![\p{L}\p{N}])/u;

function beginsAt(text: string, at: number, wanted: string): boolean {
  const [before = " ", further = " "] = [text[at - 1], text[at - 2]];
  if (!isWord(wanted[0])) return true;
  // A time behind its date.
  if (before === "t" && digit.test(further)) return true;
  if (isWord(before)) return false;
  return !(before === "." && digit.test(further) && digit.test(wanted[0] ?? ""));
}

function endsAt(text: string, end: number, wanted: string): boolean {
  const [after = " ", further = " "] = [text[end], text[end + 1]];
  const last = wanted.at(-1) ?? "";
  if (!isWord(last)) return true;
  const isNumber = digit.test(last);
  // A date before its time, a number before its unit.
  if (isNumber && after === "t" && digit.test(further)) return true;
  if (isNumber && letter.test(after)) return unit.test(text.slice(end, end + 5));
  if (isWord(after)) return false;
  return !(isNumber && after === "." && digit.test(further) && /^[\d.]+$/.test(wanted));
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && (letter.test(character) || digit.test(character));
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

/** The numbers with a decimal point in a text, in rising order: what can be rounded. */
export function numbersIn(text: string): number[] {
  const found = text.matchAll(/\d{1,15}\.\d{1,15}(?:e[+-]?\d{1,3})?/g);
  return [...found].map(([number]) => Number(number)).sort((a, b) => a - b);
}
