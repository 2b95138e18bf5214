/** JSON from outside, for each rule that readers differ in; the API, webhooks and tools read with this. */
import { describe, expect, test } from "vitest";
import { checkedJson, readJson } from "../../src/core/text/json.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describe("is read", () => {
  test("from text and from bytes", () => {
    expect(readJson('{"a": [1, "ö"]}')).toEqual({ value: { a: [1, "ö"] } });
    expect(readJson(bytes('{"a": [1, "ö"]}'))).toEqual({ value: { a: [1, "ö"] } });
  });

  test("with what the rules replace", () => {
    expect(readJson('{"a\\ud800": "\\ud800"}')).toEqual({ value: { "a\ufffd": "\ufffd" } });
    expect(readJson('{"\\u0000": "\\u0000"}', { nul: "replaced" })).toEqual({
      value: { "\ufffd": "\ufffd" },
    });
    expect(readJson('"\\u0000"', { nul: "kept" })).toEqual({ value: "\0" });
    const long = "12345678901234567890";
    expect(readJson(`[${long}]`, { digits: "as_text" })).toEqual({ value: [long] });
  });

  test("to the last level and value that is allowed", () => {
    expect(readJson(nested(3), { depth: 3 })).toEqual({ value: [[[]]] });
    expect(readJson("[1, 2]", { values: 3 })).toEqual({ value: [1, 2] });
  });
});

describe("is refused with its place", () => {
  test.each([
    ["bytes that are no text", readJson(new Uint8Array([0xff])), "invalid_json", "", "UTF-8"],
    ["no JSON", readJson('{"a": }'), "invalid_json", "", "at byte 6"],
    ["100,000 levels", readJson(nested(100_000)), "too_deep", "", "64 levels"],
    [
      "a value of too many levels",
      checkedJson({ a: { b: { c: 1 } } }, { depth: 2 }),
      "too_deep",
      "/a/b/c",
      "2 levels",
    ],
    ["too many values", readJson("[1, 2]", { values: 2 }), "too_many", "/1", "2 values"],
    [
      "a prototype's key",
      readJson('{"a": [{"__proto__": 1}]}'),
      "forbidden_key",
      "/a/0/__proto__",
      "__proto__",
    ],
    ["a slash in a key", readJson('{"a/b~": "\\u0000"}'), "bad_text", "/a~1b~0", "U+0000"],
    ["a NUL in a key", readJson('{"a": {"\\u0000": 1}}'), "bad_text", "/a", "U+0000"],
    ["half a character", readJson('["\\ud800"]', { halves: "refused" }), "bad_text", "/0", "Unicode"],
    ["another number", readJson('{"id": 12345678901234567890}'), "lost_digits", "/id", "more digits"],
  ])("%s", (_what, read, code, pointer, words) => {
    expect(read).toEqual({ flaw: { code, pointer, detail: expect.stringContaining(words) } });
  });
});
