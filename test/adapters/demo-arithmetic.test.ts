/** The calculations that are found in sentences. */
import { expect, test } from "vitest";
import { expressionsIn, valueIn } from "../../adapters/demo/arithmetic.ts";
import { shown } from "../../adapters/demo/expression.ts";

test.each([
  ["What is (17 + 5) * 3, divided by a number you must ask me for?", ["(17 + 5) × 3 ÷ …"]],
  ["2 + 3 * 4", ["2 + 3 × 4"]],
  ["(2 + 3) * 4", ["(2 + 3) × 4"]],
  ["2 + 3, times 4", ["(2 + 3) × 4"]],
  ["2 + 3, times 4 plus 1", ["(2 + 3) × 4 + 1"]],
  ["10 - 3 - 2", ["10 - 3 - 2"]],
  ["10 - (3 - 2)", ["10 - (3 - 2)"]],
  ["100 / (10 / 5)", ["100 ÷ (10 ÷ 5)"]],
  ["2 ^ 3 ^ 2", ["2 ^ 3 ^ 2"]],
  ["(2 ^ 3) ^ 2", ["(2 ^ 3) ^ 2"]],
  ["-2 ^ 2", ["0 - 2 ^ 2"]],
  ["3 * -4", ["3 × (-4)"]],
  ["2**10", ["2 ^ 10"]],
  ["3x4 and 3 x 4", ["3 × 4", "3 × 4"]],
  ["6 × 7 − 2 ÷ 4", ["6 × 7 - 2 ÷ 4"]],
  ["1,234.5 + 1", ["1234.5 + 1"]],
  ["1.5e3 + 1", ["1500 + 1"]],
  ["seventeen plus 5", []],
  ["seven plus twenty-five", ["7 + 25"]],
  ["12 minus 5 times 2", ["12 - 5 × 2"]],
  ["sqrt(16) + 9", ["√(16) + 9"]],
  ["the square root of 81", ["√(81)"]],
  ["√2", ["√(2)"]],
  ["3 squared plus 4 cubed", ["3 ^ 2 + 4 ^ 3"]],
  ["2 to the power of 8", ["2 ^ 8"]],
  ["20% of 50", ["20 ÷ 100 × 50"]],
  ["add 5 and 3, then multiply by 2", ["(5 + 3) × 2"]],
  ["Add 5 to 3 and then divide the result by 4", ["(5 + 3) ÷ 4"]],
  ["5 times 3 then add 2", ["5 × 3 + 2"]],
  ["subtract 3 from 10", ["10 - 3"]],
  ["divide 10 by 4", ["10 ÷ 4"]],
  ["the sum of 1, 2, and 3", ["1 + 2 + 3"]],
  ["the product of 4 and 5, minus 1", ["4 × 5 - 1"]],
  ["What is 2+2, and what is 3*4?", ["2 + 2", "3 × 4"]],
  ["7 times a number I will tell you, plus 2", ["7 × … + 2"]],
  ["a number I'll give you plus another number", ["… + …"]],
  ["12 divided by whatever I tell you", ["12 ÷ …"]],
  ["(17 + 5) * 3 / ask me", ["(17 + 5) × 3 ÷ …"]],
  ["Ask me for a number and multiply it by 3", ["… × 3"]],
  ["1 + 2 + 3 * banana", []],
  ["1 + 2 - thanks", ["1 + 2"]],
  ["Deploy version 1.2.3 on 2026-10-21 to web-2", []],
  ["I have 3 dogs and 4 cats", []],
  ["We need 24/7 support for ticket #12", []],
  ["5 +", []],
  ["((((", []],
  ["", []],
])("in %j there is %j", (text, found) => {
  expect(expressionsIn(text).map(shown)).toEqual(found);
});

test.each([
  ["4", "4"],
  ["-3.5", "-3.5"],
  ["use 4 instead", "4"],
  ["It is four.", "4"],
  ["2 + 2", "2 + 2"],
  ["no idea", null],
])("the answer %j is the value %j", (text, value) => {
  const found = valueIn(text);
  expect(found && shown(found)).toBe(value);
});
