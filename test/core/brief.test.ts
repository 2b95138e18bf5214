/** Arguments and outputs in few words: what stands on a step's line. */
import { expect, test } from "vitest";
import { argumentsInBrief, outputInBrief } from "../../src/core/text/brief.ts";

test.each([
  ["of a list", '["1","",null,"3"]', "1, 3"],
  ["of a list within an object", '{"values":["1","",null,"3"],"step":"60"}', "values 1, 3, step 60"],
  ["of an object within a list", '[{"name":"api","note":""},{"name":"web","note":null}]', "api, web"],
])("what is nothing has no words: %s", (_, output, words) => {
  expect(outputInBrief(output)).toBe(words);
});

test("what is nothing among arguments has no words, however deep it lies", () => {
  expect(argumentsInBrief({ labels: ["a", "", "b"], at: null })).toBe("a, b");
});

const long = "word ".repeat(500);
const cutBy = "\n[cut: 9 of 9 characters are left out; ask for less, or for a smaller part, to see them]";
const numbers = Array.from({ length: 900 }, (_, at) => at);

test.each([
  ["an answer", JSON.stringify({ answer: long }), /^(word )+word…$/],
  ["an answer full of what JSON escapes", JSON.stringify({ answer: '"\\\u0001\n'.repeat(999) }), /^"\\/],
  ["a list", JSON.stringify(numbers), /^0, 1, 2, 3, 4, 5, 6, 7 and more$/],
  ["a list in an object", JSON.stringify({ ids: numbers, ok: true }), /^0, 1, 2, 3, 4, 5, 6, 7 and more$/],
  ["objects in a list", JSON.stringify(numbers.map((id) => ({ id, on: true }))), /^0, true, 1, true, 2/],
  ["a list that was cut", `${JSON.stringify(numbers).slice(0, 2_500)}${cutBy}`, /^0, 1, 2/],
  ["a text of JSON", JSON.stringify(long), /^(word )+word…$/],
])("a long output has no JSON on its line: %s", (_, output, words) => {
  expect(outputInBrief(output)).toMatch(words);
});

test("of a long output every beginning has words", () => {
  const names = numbers.map((id) => ({ name: `"a\\${id}\u0007`, ids: [id, -1.5e3, null, { deep: false }] }));
  const json = JSON.stringify({ names });
  for (let filled = 0; filled < 120; filled += 1)
    expect(outputInBrief(`{"x":"${"-".repeat(filled)}",${json.slice(1)}`), String(filled)).not.toMatch(
      /[{[]/,
    );
});

test.each([
  ["a log", `[12]\n${long}`],
  ["a sentence that begins with a quote", `"No," it said. ${long}`],
  ["words in brackets", `[warn] one, [info] two ${long}`],
])("a long text that only begins like JSON is told as it is: %s", (_, text) => {
  expect(outputInBrief(text)).toBe(`${text.replace(/\s+/g, " ").slice(0, 59).trimEnd()}…`);
});
