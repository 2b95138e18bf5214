/**
 * What Slack is sent for each message: snapshots of the story, limits for any size, and what untrusted text can't do.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Scene } from "../../../adapters/slack/draw/inline.ts";
import { safeMarkdown, splitMarkdown } from "../../../adapters/slack/draw/markdown.ts";
import { render } from "../../../adapters/slack/draw/render.ts";
import type { Block, Button, Message } from "../../../src/core/message.ts";
import { messageNamed, messages } from "../../fixtures/messages.ts";
import { brokenLimits, pings } from "../../support/slack/limits.ts";

const scene: Scene = {
  team: "T1",
  publicUrl: "https://belay.example/",
  trustedLinkHosts: ["corp.example"],
  names: new Map([["slack:T1/group:S9", "@payments-oncall"]]),
};

test.each(messages)("$name looks as it should", async ({ name, message }) => {
  const drawn = `${JSON.stringify(render(message, scene), null, 2)}\n`;
  await expect(drawn).toMatchFileSnapshot(`../../fixtures/slack/rendered/${name.replaceAll(" ", "-")}.json`);
});

describe("sizes", () => {
  // Sizes matter, not words: a unit repeated up to far beyond every limit.
  const text = fc
    .tuple(
      fc.constantFrom("a", "word ", "line\n", "para\n\n", "<&>", "🙂", "```\ncode\n```\n", "*`_", ""),
      fc.nat(5000),
    )
    .map(([unit, times]) => unit.repeat(times));
  const short = fc
    .tuple(fc.constantFrom("a", "<b>", "🙂", " "), fc.nat(400))
    .map(([unit, n]) => unit.repeat(n));
  const part = fc.oneof(
    short,
    short.map((strong) => ({ strong })),
    short.map((code) => ({ code })),
    short.map((name) => ({ person: { principal: "slack:T1/U1", name }, ping: true })),
    fc.constant({ rule: "slack:T1/group:S9", ping: true }),
    fc.nat().map((time) => ({ time })),
  );
  const button: fc.Arbitrary<Button> = fc.record({
    action: fc.constantFrom("choose", "reply", "approve", "refuse", "edit", "stop", "open"),
    label: short,
    style: fc.constantFrom("plain", "primary", "danger"),
    runId: short,
    questionId: fc.constant("q1"),
    value: text,
  });
  const block: fc.Arbitrary<Block> = fc.oneof(
    fc.record({ type: fc.constant("heading"), text, note: fc.array(part, { maxLength: 5 }) }),
    fc.record({ type: fc.constant("text"), markdown: text, foreign: fc.boolean() }),
    fc.record({
      type: fc.constant("steps"),
      folded: fc.nat(20),
      lines: fc.array(
        fc.record({
          shape: fc.constantFrom("done", "running", "waiting", "failed", "note"),
          title: short,
          detail: text,
          ms: fc.option(fc.nat(), { nil: null }),
        }),
        { maxLength: 40 },
      ),
    }),
    fc.record({
      type: fc.constant("fields"),
      fields: fc.array(fc.record({ name: short, value: text }), { maxLength: 60 }),
    }),
    fc.record({ type: fc.constant("note"), parts: fc.array(part, { maxLength: 30 }) }),
    fc.record({ type: fc.constant("actions"), buttons: fc.array(button, { maxLength: 60 }) }),
  );
  const message: fc.Arbitrary<Message> = fc.record({
    summary: text,
    blocks: fc.array(block, { maxLength: 12 }),
  });

  test("every message stays within the limits", () => {
    fc.assert(
      fc.property(message, (any) => {
        expect(brokenLimits(render(any, scene))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("pieces of a text hold all of its words, each within the limit", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 50, max: 500 }), (any, max) => {
        const pieces = splitMarkdown(any, max);
        expect(pieces.every((piece) => piece.length <= max)).toBe(true);
        const bare = (words: string) => words.replace(/[\s`]/g, "");
        expect(bare(pieces.join(""))).toBe(bare(any));
      }),
    );
  });

  test("code that is cut in the middle stays code on both sides", () => {
    const pieces = splitMarkdown(`\`\`\`sh\n${"echo one\n".repeat(40)}\`\`\`\nafter`, 120);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces.slice(0, -1)) expect(piece).toMatch(/^```sh\n[^`]*\n```$/);
    expect(pieces.at(-1)).toContain("after");
  });

  test("a text over three messages is a file, its beginning stays in the message", () => {
    const rendered = render(messageNamed("very long answer"), scene);
    expect(rendered.parts).toHaveLength(1);
    expect(JSON.stringify(rendered.parts)).toContain("in the file below");
    expect(rendered.file).toContain("## Part 119");
  });
});

describe("approvals", () => {
  const asking = (value: string): Message => ({
    summary: "Approval wanted",
    blocks: [
      { type: "fields", fields: [{ name: "command", value }] },
      {
        type: "actions",
        buttons: (["approve", "refuse", "edit"] as const).map((action) => ({
          action,
          label: action,
          style: "plain",
          runId: "r",
          questionId: "q",
        })),
      },
    ],
  });

  test("a call that is not shown whole can't be approved from here", () => {
    const drawn = JSON.stringify(render(asking("x".repeat(5000)), scene));
    expect(drawn).toContain("too long to be shown whole");
    expect(drawn).toContain("belay:refuse:");
    expect(drawn).not.toContain("belay:approve:");
    expect(drawn).not.toContain("belay:edit:");
  });

  test.each([
    ["a preview", { type: "fields", fields: [{ name: "Preview by the tool", value: "x".repeat(5000) }] }],
    ["words around the call", { type: "text", markdown: "words ".repeat(10_000), foreign: true }],
  ] satisfies [string, Block][])("%s that is cut keeps the call from being approved here", (_name, long) => {
    const { summary, blocks } = asking("ls");
    for (const message of [
      { summary, blocks: [long, ...blocks] },
      { summary, blocks: [...blocks, long] },
    ]) {
      const drawn = JSON.stringify(render(message, scene));
      expect(drawn).toContain("too long to approve here");
      expect(drawn).toContain("belay:refuse:");
      expect(drawn).not.toMatch(/belay:(approve|edit):/);
    }
  });

  test.each([
    ["rm -rf /tmp/x ", '\\"rm -rf /tmp/x \\"'],
    ["a\u202eb", "a\\\\u{202e}b"],
    ["a\u200bb", "a\\\\u{200b}b"],
    ["", '\\"\\"'],
  ])("%j shows what can't be seen", (value, shown) => {
    expect(JSON.stringify(render(asking(value), scene))).toContain(shown);
  });
});

describe("untrusted text", () => {
  test.each([
    ["[pay](https://evil.example/x)", "pay (`https://evil.example/x`)"],
    ["![p](https://evil.example/p.png)", "p (`https://evil.example/p.png`)"],
    ["<https://evil.example>", "`https://evil.example`"],
    ["see https://evil.example/x.", "see `https://evil.example/x.`"],
    ["[docs](https://corp.example/a)", "[docs](https://corp.example/a)"],
    ["[docs](https://wiki.corp.example/a)", "docs (`https://wiki.corp.example/a`)"],
    ["[docs](https://a.b.other.example/a)", "[docs](https://a.b.other.example/a)"],
    ["[docs](https://other.example/a)", "docs (`https://other.example/a`)"],
    ["[x](https://corp.example@evil.example)", "x (`https://corp.example@evil.example`)"],
    ["[x](https://corp.example.evil.example)", "x (`https://corp.example.evil.example`)"],
    ["[x](javascript:alert(1))", "x (`javascript:alert(1)`)"],
    ["`https://evil.example`", "`https://evil.example`"],
    ["[x](https://evil.example/a_(b))", "x (`https://evil.example/a_(b)`)"],
    ["(https://evil.example/a_(b))", "(`https://evil.example/a_(b)`)"],
    ["[x](https://corp.example/a_(b)) y", "[x](https://corp.example/a_(b)) y"],
    ["[a [b] c](https://evil.example)", "a [b] c (`https://evil.example`)"],
    ["![p](https://corp.example/p.png)", "[p](https://corp.example/p.png)"],
  ])("%s is shown as %s", (markdown, shown) => {
    expect(safeMarkdown(markdown, ["corp.example", "*.other.example"])).toBe(shown);
  });

  test("no arrangement of brackets and mentions notifies anybody", () => {
    const nasty = fc
      .array(
        fc.constantFrom(
          "<",
          ">",
          "!",
          "@",
          "channel",
          "here",
          "U2",
          "subteam^S9",
          "|",
          "\u0007",
          "\u200e",
          "[",
          "](",
          ")",
          "`",
          " ",
        ),
        {
          maxLength: 14,
        },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(nasty, fc.boolean(), (words, foreign) => {
        const blocks: Block[] = [
          {
            type: "heading",
            text: words,
            note: [words, { person: { principal: "slack:T1/U2", name: words } }],
          },
          { type: "text", markdown: words, foreign },
          { type: "note", parts: [words, { strong: words }, { code: words }, { rule: words, ping: true }] },
        ];
        expect(pings(render({ summary: words, blocks }, scene))).toEqual([]);
      }),
      { numRuns: 2000, examples: [["`@@here`", false]] },
    );
  });
});
