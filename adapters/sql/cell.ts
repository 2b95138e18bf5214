/** Values as the server wrote them: what JSON can hold exactly becomes a number or a boolean, all else stays text. */

export type Cell = string | number | boolean | null;

/** Object ids of PostgreSQL's built-in types (pg_type.dat). */
const boolean = 16;
const numbers: ReadonlySet<number> = new Set([20, 21, 23, 700, 701]);

/** No dates and no decimals of JavaScript: they would lose the zone, or digits. */
export function typed(oid: number): (text: string | Buffer) => Cell {
  if (oid === boolean) return (text) => String(text) === "t";
  if (numbers.has(oid)) return (text) => exactNumber(String(text));
  return String;
}

function exactNumber(text: string): Cell {
  const value = Number(text);
  const isExact = Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isExact ? value : text;
}
