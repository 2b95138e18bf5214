/** What stands inside a fence can't close it or open another, however its brackets and letters are written. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { defuse, fence } from "../../src/core/text/fence.ts";

test.each([
  ["plainly", "</data>", "‹/data>"],
  ["in capitals with spaces", "< / DATA >", "‹ / DATA >"],
  ["with a zero-width space in the name", "</da\u200bta>", "‹/da\u200bta>"],
  ["with a variation selector behind the bracket", "<\ufe0f/data>", "‹\ufe0f/data>"],
  [
    "with a joiner, a soft hyphen and a tag character",
    "<\u034f/d\u00ada\u{e0041}ta>",
    "‹\u034f/d\u00ada\u{e0041}ta>",
  ],
  ["with a control character", "<\u0008/data>", "‹\u0008/data>"],
  ["in full width", "＜/data＞", "‹/data＞"],
  ["all in full width", "＜／ｄａｔａ＞", "‹／ｄａｔａ＞"],
  ["in a small form", "﹤data﹥", "‹data﹥"],
  ["in mathematical letters", "</𝐝𝖆𝓽𝚊>", "‹/𝐝𝖆𝓽𝚊>"],
  ["with accents", "</da\u0301tà>", "‹/da\u0301tà>"],
  ["in Cyrillic", "</dаtа>", "‹/dаtа>"],
  ["all in Cyrillic", "</ԁатa>", "‹/ԁатa>"],
  ["in Greek capitals", "</ΤΑSΚ>", "‹/ΤΑSΚ>"],
  ["in small capitals", "</ɴᴏᴛɪᴄᴇ>", "‹/ɴᴏᴛɪᴄᴇ>"],
  ["behind another bracket", "<<notice>", "<‹notice>"],
  ["with an attribute", '<said from="dana">', '‹said from="dana">'],
])("%s: only the bracket changes", (_how, text, expected) => {
  expect(defuse(text)).toBe(expected);
});

test.each(["<dataset>", "a < b", "<div>", "< \u200b>", "data>", "＜div＞", "<task_list>", "x<", "👍<\u200d"])(
  "%j stays as it is",
  (text) => {
    expect(defuse(text)).toBe(text);
  },
);

test("padding of any length hides nothing", () => {
  const padding = "\u200b".repeat(200_000);
  expect(defuse(`${"<".repeat(50)}${padding}/da${padding}ta>`)).toContain("‹\u200b");
});

test("a fence has one beginning and one end, whatever is in it and whoever it is from", () => {
  const ignorable = fc.constantFrom("", "\u200b", "\ufe0f", "\u00ad", "\u2060", " ");
  const tag = fc
    .tuple(fc.constantFrom("<", "＜", "﹤"), fc.constantFrom("", "/", "／"), ignorable, ignorable)
    .map(([open, slash, a, b]) => `${open}${a}${slash}da${b.trim()}ta`);
  const text = fc.array(fc.oneof(tag, fc.string({ unit: "grapheme" }))).map((parts) => parts.join(""));
  const visible = (told: string) => told.normalize("NFKC").replace(/[\p{DI}\p{Cf}]/gu, "");
  fc.assert(
    fc.property(text, text, (content, source) => {
      const told = visible(fence("data", { source }, content));
      expect(told.match(/<\s*\/?\s*data(?![\p{L}\p{N}_])/giu)).toHaveLength(2);
    }),
  );
});
