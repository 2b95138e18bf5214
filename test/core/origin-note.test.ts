/** The note of a text's words: it never passes over a text that holds a value, and passes over most of the others. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { comparable, holds, partsOf } from "../../src/core/origin/find.ts";
import { marksOf, WordNote } from "../../src/core/origin/word-note.ts";

const pieces = [
  ...[
    "payments",
    "API",
    "Straße",
    "日本",
    "İst",
    "5",
    "30s",
    "1,500",
    "0.5",
    "v4",
    "t",
    "14:02",
    "µs",
    "½",
    "9f8e7d6",
  ],
  ...[" ", "  ", "-", "_", "'", '"', ",", ".", "/", ":", "\u00a0", "\u2009", "–", "\n", "\\", "%"],
];
const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((some) => some.join(""));

test("a text that holds a value is never passed over", () => {
  let held = 0;
  const someOfIt = fc.tuple(texts, fc.nat(), fc.integer({ min: 1, max: 30 }));
  fc.assert(
    fc.property(someOfIt, ([text, from, length]) => {
      const start = from % (text.length + 1);
      const wanted = partsOf(text.slice(start, start + length));
      if (!holds(comparable(text), wanted)) return;
      held += 1;
      expect(new WordNote(comparable(text)).mayHold(marksOf(wanted.join(" ")))).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(held).toBeGreaterThan(400);
});

test("most texts that hold none of its words, or not side by side, are passed over", () => {
  const text = Array.from({ length: 300 }, (_, number) => `pod-${number}`).join(" and ");
  const note = new WordNote(comparable(text));
  const others = Array.from({ length: 300 }, (_, number) => [
    `node-${number}`,
    `pod-${number + 300}`,
    `${number} pod`,
  ]);
  const passed = others.flat().filter((value) => !note.mayHold(marksOf(value)));
  expect(passed.length).toBeGreaterThan(700);
});

test.each([
  ["abc", "5tabc", false],
  ["14:02", "2026-11-28t14:02", true],
  ["4.1.7", "api:v4.1.7", true],
  ["42", "v42", false],
  ["4.1.7", "dev4.1.7", false],
  ["payments api", "the 'payments'-api", true],
  ["1500", "1,500 of them", true],
  ["443", '{"ports":[80,443,8080]}', true],
  ["80443", '{"ports":[80,443,8080]}', false],
  ["30", "30s", true],
  ["30", "30items", false],
])("%s in %s: %s", (value, text, isThere) => {
  expect(holds(comparable(text), partsOf(value))).toBe(isThere);
});
