/** What is said of text that is no JSON: the parser's words, and the byte. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseErrorOf } from "../../src/core/text/json-error.ts";

function told(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return parseErrorOf(error, text);
  }
}

test.each([
  ['{"a": }', "Unexpected token '}' at byte 6"],
  ['{"ö": }', "Unexpected token '}' at byte 7"],
  ['{"a": tru}', "Unexpected token '}' at byte 9"],
  ['{"a": [1, "]", {"b": nil}]}', "Unexpected token 'i' at byte 22"],
  ['{"a\\"": [], "b": [1,]}', "Unexpected token ']' at byte 20"],
  ["[\u00a01]", "Unexpected token '\u00a0' at byte 1"],
  ['{"at position 3": }', "Unexpected token '}' at byte 18"],
  ["hello", "Unexpected token 'h' at byte 0"],
  ['{"a": 1', "Expected ',' or '}' after property value at byte 7"],
  ['{"ä":', "Unexpected end of JSON input at byte 6"],
  ["", "Unexpected end of JSON input at byte 0"],
])("%s", (text, words) => {
  expect(told(text)).toBe(words);
});

/** The longest beginning that the parser would have gone on reading: what stops it once, stops it in all longer ones. */
function readable(text: string): number {
  const isBroken = (length: number) => told(text.slice(0, length)).startsWith("Unexpected token");
  let [length, broken] = [0, text.length + 1];
  while (broken - length > 1) {
    const middle = Math.floor((length + broken) / 2);
    if (isBroken(middle)) broken = middle;
    else length = middle;
  }
  return length;
}

test("wherever a character is put into JSON, the byte that is named is the one that stopped the parser", () => {
  const texts = fc.json({ stringUnit: "binary" });
  fc.assert(
    fc.property(texts, fc.nat(), fc.constantFrom(..."]},:x+tn"), (json, place, char) => {
      const at = place % (json.length + 1);
      const text = json.slice(0, at) + char + json.slice(at);
      const named = /^Unexpected token .* at byte (\d+)$/.exec(told(text))?.[1];
      if (named !== undefined) {
        expect(Number(named)).toBe(Buffer.byteLength(text.slice(0, readable(text))));
      } else expect(told(text)).toMatch(/^$| at byte \d+$/);
    }),
    { numRuns: 2_000 },
  );
});
