/** What a message of Slack shows besides its words: blocks, attachments, shared messages and files. */
import { describe, expect, test } from "vitest";
import { beside, wholeMessage } from "../../../adapters/slack/listen/shown.ts";

const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const words = (...elements: object[]) => ({ type: "rich_text_section", elements });
const text = (value: string) => ({ type: "text", text: value });

describe("each kind of block", () => {
  const blocks: [string, object, string][] = [
    ["header", { type: "header", text: { type: "plain_text", text: "HighErrorRate" } }, "HighErrorRate"],
    [
      "section",
      { type: "section", text: mrkdwn("*5xx* over <https://ci.example|5 %> &amp; more") },
      "*5xx* over 5 % (https://ci.example) & more",
    ],
    [
      "fields",
      { type: "section", fields: [mrkdwn("*service*\npayments"), mrkdwn("*env*\nprod")] },
      "*service*\npayments\n*env*\nprod",
    ],
    [
      "picture beside",
      { type: "section", text: mrkdwn("a"), accessory: { type: "image", alt_text: "graph" } },
      "a\n[not read: an image: graph]",
    ],
    [
      "context",
      { type: "context", elements: [mrkdwn("prod-eu"), { type: "image", alt_text: "logo" }] },
      "prod-eu · [not read: an image: logo]",
    ],
    ["markdown", { type: "markdown", text: "**bold**" }, "**bold**"],
    [
      "buttons",
      { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Silence" } }] },
      "[buttons: Silence]",
    ],
    ["divider", { type: "divider" }, ""],
    [
      "image",
      { type: "image", alt_text: "error rate", image_url: "https://x.example/a.png" },
      "[not read: an image: error rate]",
    ],
    ["video", { type: "video", title: { type: "plain_text", text: "demo" } }, "[not read: a video: demo]"],
    [
      "table",
      {
        type: "table",
        rows: [
          [
            { type: "raw_text", text: "host" },
            { type: "raw_text", text: "load" },
          ],
          [
            { type: "rich_text", elements: [words(text("db1"))] },
            { type: "raw_text", text: "40" },
          ],
        ],
      },
      "host | load\ndb1 | 40",
    ],
    [
      "rich text",
      {
        type: "rich_text",
        elements: [
          words(
            text("ask "),
            { type: "user", user_id: "U2" },
            text(" in "),
            { type: "channel", channel_id: "C2" },
            text(" "),
            { type: "link", url: "https://a.example", text: "here" },
            { type: "emoji", name: "fire" },
          ),
        ],
      },
      "ask <@U2> in #C2 here (https://a.example):fire:",
    ],
    [
      "list",
      {
        type: "rich_text",
        elements: [
          { type: "rich_text_list", style: "ordered", elements: [words(text("one")), words(text("two"))] },
        ],
      },
      "1. one\n2. two",
    ],
    [
      "quote and code",
      {
        type: "rich_text",
        elements: [
          { type: "rich_text_quote", elements: [text("a\nb")] },
          { type: "rich_text_preformatted", elements: [text("x = 1")] },
        ],
      },
      "> a\n> b\n```\nx = 1\n```",
    ],
    [
      "a card of cards",
      {
        type: "container",
        title: { type: "plain_text", text: "Deploy" },
        blocks: [{ type: "card", body: mrkdwn("v1.2.3") }],
      },
      "Deploy\nv1.2.3",
    ],
    ["one that nobody knows", { type: "hologram", beams: 3 }, "[not read: a part of the kind “hologram”]"],
  ];
  test.each(blocks)("%s", (_, block, shown) => {
    expect(wholeMessage({ text: "", blocks: [block] })).toBe(shown);
  });

  test("what holds itself ends somewhere", () => {
    const block: Record<string, unknown> = { type: "container" };
    block.blocks = [block, { type: "markdown", text: "deep" }];
    const rich: Record<string, unknown> = { type: "rich_text_section" };
    rich.elements = [rich, text("deeper")];
    const shown = wholeMessage({ blocks: [block, { type: "rich_text", elements: [rich] }] });
    expect(shown).toMatch(/deep\n.*deeper$/s);
  });
});

describe("attachments", () => {
  test("an alert bot's message without a text is read in full", () => {
    const attachment = {
      pretext: "<!here> alert",
      author_name: "Grafana",
      title: "[FIRING:1] HighErrorRate",
      title_link: "https://grafana.example/d/1",
      text: "5xx over 5 % on *payments*",
      fields: [{ title: "severity", value: "page", short: true }],
      image_url: "https://grafana.example/render.png",
      footer: "Grafana v12",
      fallback: "never seen",
    };
    expect(wholeMessage({ bot_id: "B1", text: "", attachments: [attachment] })).toBe(
      [
        "@here alert",
        "Grafana",
        "[FIRING:1] HighErrorRate (https://grafana.example/d/1)",
        "5xx over 5 % on *payments*",
        "severity: page",
        "[not read: an image]",
        "Grafana v12",
      ].join("\n"),
    );
  });

  test("only a fallback is better than nothing", () => {
    expect(wholeMessage({ attachments: [{ fallback: "build 7 failed" }] })).toBe("build 7 failed");
  });

  test("the text that notifications show is not said twice", () => {
    const section = { type: "section", text: mrkdwn("*build 7* failed") };
    expect(wholeMessage({ text: "build 7 failed", blocks: [section] })).toBe("*build 7* failed");
    expect(wholeMessage({ text: "build 8 too", blocks: [section] })).toBe("build 8 too\n*build 7* failed");
  });

  const forwarded = {
    is_share: true,
    author_name: "oncall",
    from_url: "https://example.slack.com/archives/C2/p1",
    text: "db1: disk full",
    message_blocks: [
      {
        team: "T1",
        channel: "C2",
        ts: "1.1",
        message: { blocks: [{ type: "rich_text", elements: [words(text("db1: disk full"))] }] },
      },
    ],
    files: [{ name: "df.txt", mimetype: "text/plain" }],
    footer: "Posted in #db",
  };

  test("a forwarded message is a quote, its files included", () => {
    expect(beside({ text: "<@U0BOT> deal with this", attachments: [forwarded] })).toEqual([
      {
        source: "a quoted message",
        text: "[a message by oncall]\nhttps://example.slack.com/archives/C2/p1\ndb1: disk full\n[not read: a file: df.txt]\nPosted in #db",
        trusted: false,
      },
    ]);
  });

  test("one's own files and tables are one's own; the words are not said a second time", () => {
    const rich = { type: "rich_text", elements: [words(text("see"))] };
    const table = { type: "table", rows: [[{ type: "raw_text", text: "a" }]] };
    const files = [{ name: "error.png", mimetype: "image/png" }, {}];
    expect(beside({ text: "see", blocks: [rich, table], files })).toEqual([
      {
        source: "the attachments",
        text: "a\n[not read: an image: error.png]\n[not read: a file]",
        trusted: true,
      },
    ]);
  });

  test("whatever is not as documented is passed over", () => {
    for (const odd of [null, 7, "x", [], {}]) {
      const message = { text: odd, blocks: [odd, { type: odd }], attachments: [odd], files: [odd] };
      expect(() => [wholeMessage(message), beside(message), wholeMessage(odd)]).not.toThrow();
    }
  });
});
