/** Arithmetic with exact checks: models guess at numbers, tools do not. */
import { z } from "zod";
import type { Tool } from "./contract.ts";
import { defineTool } from "./define-tool.ts";

const number = z.number();

function twoNumbers(name: string, description: string, compute: (a: number, b: number) => number): Tool {
  return defineTool({
    name,
    description,
    effect: "read",
    input: z.object({ a: number, b: number }),
    run: ({ a, b }) => finite(compute(a, b)),
  });
}

/** JSON knows no infinity: a result beyond the range is an error, not null. */
function finite(result: number): number {
  if (!Number.isFinite(result)) throw new Error("the result is too large for a number");
  return result;
}

/** A result that is no finite number is an error, whose message the model reads. */
export const mathTools: readonly Tool[] = [
  twoNumbers("sum_numbers", "Add two numbers: a + b.", (a, b) => a + b),
  twoNumbers("subtract_numbers", "Subtract b from a: a - b.", (a, b) => a - b),
  twoNumbers("multiply_numbers", "Multiply two numbers: a * b.", (a, b) => a * b),
  twoNumbers("divide_numbers", "Divide a by b: a / b. b must not be 0.", (a, b) => {
    if (b === 0) throw new Error("can't divide by zero; choose another b");
    return a / b;
  }),
  defineTool({
    name: "power",
    description: "Raise base to exponent.",
    effect: "read",
    input: z.object({ base: number, exponent: number }),
    run: ({ base, exponent }) => {
      const result = base ** exponent;
      if (Number.isNaN(result)) throw new Error("the result is not a real number");
      return finite(result);
    },
  }),
  defineTool({
    name: "square_root",
    description: "The square root of a number that is not negative.",
    effect: "read",
    input: z.object({ number }),
    run: ({ number: value }) => {
      if (value < 0) throw new Error("there is no real square root of a negative number");
      return Math.sqrt(value);
    },
  }),
];
