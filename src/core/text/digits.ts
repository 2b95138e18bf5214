/** Finds numbers in JSON that JavaScript can't hold exactly: parsed, they would be other numbers. */

/** Where a string begins, which is left alone, or a number. */
const start = /"|-?\d[\d.eE+-]*/g;

interface Found {
  at: number;
  number: string;
}

/** All numbers that JSON.parse would change. */
function* changed(json: string): Generator<Found> {
  const next = new RegExp(start);
  for (let match = next.exec(json); match !== null; match = next.exec(json)) {
    const [found] = match;
    if (found === '"') next.lastIndex = endOfString(json, next.lastIndex);
    else if (!isKept(found)) yield { at: match.index, number: found };
  }
}

/** Step by step: a pattern for the whole of it is too much for the stack where millions of characters are escaped. */
function endOfString(json: string, from: number): number {
  for (let at = from; at < json.length; at++) {
    const char = json[at];
    if (char === "\\") at++;
    else if (char === '"') return at + 1;
  }
  return json.length;
}

/**
 * Why this JSON can't be taken as it stands: the first number that `JSON.parse` would change, in words; null when all
 * are kept. What is no JSON is for the parser to say.
 */
export function lostDigits(json: string): string | null {
  const [first] = changed(json);
  if (first === undefined) return null;
  const { number: lost } = first;
  const shown = lost.length > 60 ? `${lost.slice(0, 60)}…` : lost;
  return `The number ${shown} has more digits than a number keeps here: it would become ${Number(lost)}. Send it as text, or with fewer digits`;
}

/** The same JSON with every such number as a string: of what is only told, not run, the digits stay. */
export function withExactDigits(json: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { at, number } of changed(json)) {
    pieces.push(json.slice(from, at), `"${number}"`);
    from = at + number.length;
  }
  return pieces.join("") + json.slice(from);
}

function isKept(found: string): boolean {
  // Short numbers always are; looking at each digit is for the few others.
  if (/^-?\d{1,15}$/.test(found)) return true;
  const written = plain(found);
  return written === null || isSame(written, plain(String(Number(found))));
}

/** Of two numbers as JSON writes them, however long: below zero where the first is less. Zero too for what is none. */
export function compareWritten(one: string, other: string): number {
  const [a, b] = [plain(one), plain(other)];
  if (a === null || b === null || isSame(a, b)) return 0;
  if (a.side !== b.side) return a.side - b.side;
  const isLess = a.point === b.point ? a.significant < b.significant : a.point < b.point;
  return isLess ? -a.side : a.side;
}

/** The same for each way to write a number: its side of zero (-1, 0, 1), times 0.significant, times 10 to the point. */
interface Plain {
  side: number;
  significant: string;
  point: number;
}

function isSame(one: Plain, other: Plain | null): boolean {
  return one.side === other?.side && one.significant === other.significant && one.point === other.point;
}

/** null for what is none. */
function plain(number: string): Plain | null {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  if (whole === "") return null;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = withoutLastZeros(digits);
  if (significant === "") return { side: 0, significant, point: 0 };
  const point = Number(power) - fraction.length + digits.length;
  return { side: sign === "" ? 1 : -1, significant, point };
}

/** Not by a pattern, which would begin anew at each zero in the middle: seconds for one long number of a stranger's. */
function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}
