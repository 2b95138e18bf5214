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
