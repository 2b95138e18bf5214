/** A calculation as data, and how people write it. */
import type { Operator } from "./tokens.ts";

/** A tree; `root` is the square root. */
export type Expression =
  | { type: "number"; value: number }
  /** A number that a person has yet to tell; numbered in reading order. */
  | { type: "hole"; nth: number }
  | { type: "binary"; operator: Operator; left: Expression; right: Expression }
  | { type: "root"; of: Expression };

/** What binds stronger has the higher rank. */
export const rank: Record<Operator, number> = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 4 };

/** How many numbers are still to be told. */
export function holesIn(expression: Expression): number {
  switch (expression.type) {
    case "number":
      return 0;
    case "hole":
      return 1;
    case "root":
      return holesIn(expression.of);
    case "binary":
      return holesIn(expression.left) + holesIn(expression.right);
  }
}

const signs: Record<Operator, string> = { "+": "+", "-": "-", "*": "×", "/": "÷", "^": "^" };

/** As people write it, with the brackets that are needed; `…` for a number still to be told. */
export function shown(expression: Expression): string {
  switch (expression.type) {
    case "number":
      return shownNumber(expression.value);
    case "hole":
      return "…";
    case "root":
      return `√(${shown(expression.of)})`;
    case "binary": {
      const { operator, left, right } = expression;
      const first = operator === "^" ? rank["^"] + 1 : rank[operator];
      const second = operator === "^" ? rank["^"] : rank[operator] + 1;
      return `${bracketed(left, first)} ${signs[operator]} ${bracketed(right, second)}`;
    }
  }
}

function bracketed(expression: Expression, least: number): string {
  const weak = expression.type === "binary" && rank[expression.operator] < least;
  const negative = expression.type === "number" && expression.value < 0;
  return weak || negative ? `(${shown(expression)})` : shown(expression);
}

/** Without the last digits, which are noise: 0.1 + 0.2 is 0.3. */
export function shownNumber(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/**
 * Puts the value for the old one; where none is named, for the last number still to be told, else for the last one.
 */
export function replaced(
  expressions: readonly Expression[],
  value: Expression,
  old: Expression | null,
): Expression[] {
  const numbers = expressions.flatMap(leaves);
  const named =
    old?.type === "number" && numbers.find((leaf) => leaf.type === "number" && leaf.value === old.value);
  const target = named || (numbers.findLast((leaf) => leaf.type === "hole") ?? numbers.at(-1));
  const put = (part: Expression): Expression => {
    if (part === target) return value;
    if (part.type === "root") return { ...part, of: put(part.of) };
    return part.type === "binary" ? { ...part, left: put(part.left), right: put(part.right) } : part;
  };
  return expressions.map(put);
}

/** Its numbers and holes, from left to right. */
export function leaves(part: Expression): Expression[] {
  if (part.type === "root") return leaves(part.of);
  return part.type === "binary" ? [...leaves(part.left), ...leaves(part.right)] : [part];
}
