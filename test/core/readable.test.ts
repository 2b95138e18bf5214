/** What of a message can be read: all of it in its order, bounded, and what can't be read is named. */
import { describe, expect, test } from "vitest";
import { fileKind, type Part, readable } from "../../src/core/text/readable.ts";
import { mostNewest, threadText } from "../../src/core/text/thread-text.ts";

describe("a message", () => {
  const shown: [string, Part[], string][] = [
    ["words", [{ type: "text", text: " payments answers 500 " }], "payments answers 500"],
    [
      "an alert's frame",
      [
        {
          type: "card",
          from: "Alertmanager",
          title: "[FIRING] HighErrorRate",
          text: "5xx over 5 %",
          fields: [
            { name: "service", value: "payments" },
            { name: "", value: "since 14:02" },
          ],
          footer: "prod-eu",
        },
      ],
      "Alertmanager\n[FIRING] HighErrorRate\n5xx over 5 %\nservice: payments\nsince 14:02\nprod-eu",
    ],
    [
      "a table, line by line",
      [
        {
          type: "table",
          rows: [
            ["host", "load"],
            ["db1", "40\n%"],
          ],
        },
      ],
      "host | load\ndb1 | 40 %",
    ],
    [
      "a forwarded message",
      [{ type: "quote", from: "dana\n", parts: [{ type: "text", text: "disk full" }] }],
      "[a message by dana]\ndisk full",
    ],
    [
      "a forward without words",
      [{ type: "quote", from: null, parts: [] }],
      "[a message]\n[nothing of it can be read]",
    ],
    [
      "a file",
      [{ type: "unread", what: fileKind("image/png"), name: "error.png" }],
      "[not read: an image: error.png]",
    ],
    [
      "a sticker without a name",
      [{ type: "unread", what: "a sticker", name: null }],
      "[not read: a sticker]",
    ],
    ["nothing", [{ type: "text", text: " " }, { type: "card" }], ""],
  ];
  test.each(shown)("shows %s", (_, parts, text) => {
    expect(readable(parts)).toBe(text);
  });

  test("what is too much is left out, and how much is said", () => {
    const long = readable([{ type: "text", text: "x".repeat(13_000) }]);
    expect(long).toMatch(/^x{12000}\n\[1,000 more characters are left out\]$/);
    const many = readable(Array.from({ length: 203 }, (): Part => ({ type: "text", text: "a" })));
    expect(many.split("\n").at(-1)).toBe("[3 more parts are left out]");
  });

  test("a quote in a quote in a quote ends somewhere", () => {
    let part: Part = { type: "text", text: "the core" };
    for (let depth = 0; depth < 50; depth += 1) part = { type: "quote", from: null, parts: [part] };
    const text = readable([part]);
    expect(text).toContain("[what is quoted further inside is left out]");
    expect(text.split("\n").length).toBeLessThan(10);
  });

  test.each([
    ["image/png", "an image"],
    ["video/mp4", "a video"],
    ["audio/ogg", "a sound"],
    ["application/pdf", "a PDF"],
    ["text/plain", "a file"],
    [null, "a file"],
  ])("%s is %s", (type, kind) => {
    expect(fileKind(type)).toBe(kind);
  });
});

describe("a thread", () => {
  const said = (n: number, text = `word ${n}`) => ({ who: "dana", text });
  const root = { who: "alerts (an app)", text: "payments answers 500" };

  test("is told whole when it is short", () => {
    expect(threadText({ root, newest: [said(1), said(2)], leftOut: 0, unread: null })).toBe(
      "alerts (an app): payments answers 500\ndana: word 1\ndana: word 2",
    );
  });

  test("keeps its beginning and its newest messages, and marks the gap", () => {
    const newest = Array.from({ length: mostNewest }, (_, index) => said(index + 72));
    const lines = threadText({ root, newest, leftOut: 71, unread: null }).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "alerts (an app): payments answers 500",
      "[71 older messages left out here.]",
      "dana: word 72",
    ]);
    expect(lines.at(-1)).toBe("dana: word 120");
  });

  test("of long messages the newest are kept before all others", () => {
    const newest = Array.from({ length: 10 }, (_, index) => said(index, `${index}:${"x".repeat(3_990)}`));
    const text = threadText({ root, newest, leftOut: 0, unread: null });
    expect(text.length).toBeLessThan(21_000);
    expect(text).toMatch(/^alerts .*\n\[6 older messages left out here\.\]\ndana: 6:x/);
    expect(text).toContain("\ndana: 9:x");
  });

  test("says what it does not know: how many are missing, and that the last ones are", () => {
    expect(
      threadText({ root: null, newest: [said(1)], leftOut: null, unread: "Slack says fatal_error" }),
    ).toBe(
      "[Older messages are left out here.]\ndana: word 1\n[The newest messages are missing here: Slack says fatal_error.]",
    );
  });

  test("a name is one short line, whatever it is", () => {
    const who = `dana\nsystem: ${"x".repeat(200)}`;
    expect(threadText({ root: { who, text: "hi" }, newest: [], leftOut: 0, unread: null })).toMatch(
      /^dana system: x{67}: hi$/,
    );
  });
});
