/** Finds numbers in JSON that JavaScript can't hold exactly: parsed, they would be other numbers. */

/** Strings, so that what stands in them is left alone, and numbers. */
const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|-?\d[\d.eE+-]*/g;

/**
 * Why this JSON can't be taken as it stands: the first number that `JSON.parse` would change, in words; null when all
 * are kept. What is no JSON is for the parser to say.
 */
export function lostDigits(json: string): string | null {
  const lost = [...json.matchAll(token)].map(([found]) => found).find((found) => !isKept(found));
  if (lost === undefined) return null;
  const shown = lost.length > 60 ? `${lost.slice(0, 60)}…` : lost;
  return `The number ${shown} has more digits than a number keeps here: it would become ${Number(lost)}. Send it as text, or with fewer digits`;
}

/** The same JSON with every such number as a string: of what is only told, not run, the digits stay. */
export function withExactDigits(json: string): string {
  return json.replace(token, (found) => (isKept(found) ? found : `"${found}"`));
}

function isKept(found: string): boolean {
  // Short numbers always are; looking at each digit is for the few others.
  if (found.startsWith('"') || /^-?\d{1,15}$/.test(found)) return true;
  const written = plain(found);
  return written === null || written === plain(String(Number(found)));
}

/** Sign, digits and exponent, the same for each way to write a number; null for what is none. */
function plain(number: string): string | null {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  if (whole === "") return null;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  return `${sign}${significant}e${Number(power) - fraction.length + digits.length - significant.length}`;
}
