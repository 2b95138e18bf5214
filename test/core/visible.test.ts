/** What an approver reads, in the channels and in the console alike: nothing unseen. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isSeen, visible, visibleJson, visibleLine } from "../../src/core/text/visible.ts";

const ranges: [number, number][] = [
  [0x00, 0x09],
  [0x0b, 0x1f],
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x180e, 0x180e],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x2800, 0x2800],
  [0x3000, 0x3000],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xe0000, 0xe007f],
  [0xe0100, 0xe01ef],
];
const hidden = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, n) => from + n));

test("every character that can't be seen is written out", () => {
  const shown = hidden.filter(
    (code) => visible(`a${String.fromCodePoint(code)}b`) !== `a\\u{${code.toString(16)}}b`,
  );
  expect(shown).toEqual([]);
  expect(visible("a\ud800b")).toBe("a\\u{d800}b");
});

test.each(["line\n  indented\nend", "héllo wörld", "日本語", "🙂", "a\u0301", "x ≤ y → “z”"])(
  "%j stays as it is",
  (text) => {
    expect(visible(text)).toBe(text);
    expect(isSeen(text)).toBe(true);
  },
);

test("an empty text and white space at an end stand between quotes", () => {
  expect(["", " a", "a ", "a\n", "\n"].map(visible)).toEqual(['""', '" a"', '"a "', '"a\n"', '"\n"']);
  expect(visibleLine("a\nb: c")).toBe("a\\nb: c");
});

test("JSON shows everything and means the same", () => {
  const text = fc
    .array(fc.constantFrom(...hidden, 0x20, 0x61))
    .map((codes) => String.fromCodePoint(...codes));
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const json = visibleJson(value);
      expect(JSON.parse(json)).toEqual(value);
      expect(isSeen(json)).toBe(true);
    }),
  );
});
