/** What a message of Discord shows besides its words: embeds, forwards, files, polls, components. */
import { expect, test } from "vitest";
import { beside, nameOf, quoted, wholeMessage } from "../../../adapters/discord/listen/shown.ts";
import { ids, message, user } from "../../support/discord/payloads.ts";

type Heard = Parameters<typeof beside>[0];
const withMore = (more: Record<string, unknown>, content = "") =>
  message({ id: "1", content, more }) as unknown as Heard;

const embed = {
  author: { name: "Alertmanager" },
  title: "HighErrorRate",
  url: "https://alerts.example/1",
  description: "5xx over 5 %",
  fields: [{ name: "service", value: "payments" }],
  image: { url: "https://alerts.example/1.png" },
  footer: { text: "prod-eu" },
};
const alert =
  "Alertmanager\nHighErrorRate (https://alerts.example/1)\n5xx over 5 %\nservice: payments\n[not read: an image]\nprod-eu";
const file = { id: "9", filename: "error.png", content_type: "image/png", description: "the graph" };

/** Not as Discord documents it; a message that can't be read would keep all that was said after it waiting. */
const holes: [string, Record<string, unknown>, string][] = [
  ["a list that is none", { embeds: "x", attachments: {}, sticker_items: 7, message_snapshots: null }, ""],
  ["an embed that is null", { embeds: [null, { title: "disk full" }] }, "disk full"],
  [
    "an embed of nulls and objects",
    { embeds: [{ title: {}, description: 7, author: null, footer: { text: [] }, fields: null, url: null }] },
    "",
  ],
  [
    "fields of nulls",
    { embeds: [{ fields: [null, { name: null, value: null }, { name: "a", value: 1 }] }] },
    "a",
  ],
  ["a file without a name", { attachments: [null, { filename: null }] }, "[not read: a file]"],
  ["a sticker that is null", { sticker_items: [null, {}] }, "[not read: a sticker]"],
  ["a poll of nothing", { poll: {} }, "Poll:"],
  [
    "a poll whose answers are null",
    { poll: { question: null, answers: [null, { poll_media: null }] } },
    "Poll:\n-",
  ],
  [
    "a forward of nothing",
    { message_snapshots: [null, { message: null }] },
    "[a message]\n[nothing of it can be read]",
  ],
];

const kinds: [string, Record<string, unknown>, string][] = [
  ["an embed", { embeds: [embed] }, alert],
  ["a file", { attachments: [file] }, "[not read: an image: error.png: the graph]"],
  [
    "a sticker",
    { sticker_items: [{ id: "1", name: "wave", format_type: 1 }] },
    "[not read: a sticker: wave]",
  ],
  [
    "a poll",
    { poll: { question: { text: "Roll back?" }, answers: [{ answer_id: 1, poll_media: { text: "yes" } }] } },
    "Poll: Roll back?\n-: yes",
  ],
  [
    "a forward",
    { message_snapshots: [{ message: { content: "disk full", embeds: [embed], attachments: [file] } }] },
    `[a message]\ndisk full\n${alert}\n[not read: an image: error.png: the graph]`,
  ],
  [
    "a forward that Discord does not show",
    { message_reference: { type: 1, message_id: "2", channel_id: "3" } },
    "[a message]\n[nothing of it can be read]",
  ],
  [
    "components",
    {
      components: [
        {
          type: 17,
          components: [
            { type: 10, content: "# Deploy" },
            { type: 1, components: [{ type: 2, label: "Silence" }] },
          ],
        },
      ],
    },
    "# Deploy\n[button: Silence]",
  ],
];

test.each(kinds)("%s is read", (_, more, text) => {
  expect(wholeMessage(withMore(more))).toBe(text);
});

test("people are named in what is read, and an app is called one", () => {
  const oncall = user(ids.oncall, "oncall");
  expect(wholeMessage(withMore({ mentions: [oncall] }, `ask <@${ids.oncall}> or <@1>`))).toBe(
    "ask @oncall or <@1>",
  );
  expect(nameOf({ author: user("8", "Alerts", true) } as unknown as Heard)).toBe("Alerts (an app)");
});

test("what its writer attached is theirs; a forward or a preview is anybody's", () => {
  const more = { attachments: [file], embeds: [embed] };
  expect(beside(withMore(more, "look")).map(({ source, trusted }) => [source, trusted])).toEqual([
    ["the attachments", true],
    ["a quoted message", false],
  ]);
  expect(beside(withMore({}, "look"))).toEqual([]);
});

test("a message without anything readable is named as that", () => {
  expect(quoted(withMore({})).text).toBe("[nothing of it can be read]");
});

test("what holds itself ends somewhere", () => {
  const snapshot: Record<string, unknown> = { content: "again" };
  snapshot.message_snapshots = [{ message: snapshot }];
  const box: Record<string, unknown> = { type: 17 };
  box.components = [[box], { type: 10, content: "deep" }];
  const text = wholeMessage(withMore({ components: [box], message_snapshots: [{ message: snapshot }] }));
  expect(text).toMatch(/^deep\n.*again\n.*left out\]$/s);
});

test.each(holes)("%s is read as far as it can be", (_, more, text) => {
  expect(wholeMessage(withMore(more))).toBe(text);
  expect(beside(withMore(more)).map((item) => item.text)).toEqual(text === "" ? [] : [text]);
});
