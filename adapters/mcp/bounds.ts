/** Bounds of a schema that JavaScript can't hold: the nearest ones that it can, and that let through nothing beyond. */
import { compareWritten } from "../../src/core/text/digits.ts";

/** Where the nearest number must lie: what is sent has no more digits than a number keeps, and so is held as exactly. */
const sides: Readonly<Record<string, 1 | -1>> = {
  minimum: 1,
  exclusiveMinimum: -1,
  maximum: -1,
  exclusiveMaximum: 1,
};

/** `digits`: the bound as it was written. null: the keyword is none of a bound. */
export function heldBound(keyword: string, digits: string): number | null {
  const side = Object.hasOwn(sides, keyword) ? sides[keyword] : undefined;
  if (side === undefined) return null;
  const nearest = finite(Number(digits));
  const lies = compareWritten(String(nearest), digits) * side;
  return lies < 0 ? finite(beside(nearest, side)) : nearest;
}

function finite(number: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(number, Number.MAX_VALUE));
}

/** The next number that there is, on this side. */
function beside(number: number, side: 1 | -1): number {
  if (number === 0) return side * Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  const isAway = number > 0 === side > 0;
  view.setBigInt64(0, view.getBigInt64(0) + (isAway ? 1n : -1n));
  return view.getFloat64(0);
}
