/** Every kind of payload, read as an inbound message: one snapshot a kind. */
import { describe, expect, test } from "vitest";
import { placeOf } from "../../../adapters/discord/address.ts";
import { instructionOf } from "../../../adapters/discord/listen/commands.ts";
import { parseInteraction, parseMessage } from "../../../adapters/discord/listen/parse.ts";
import { kindOf } from "../../../src/core/admit/words.ts";
import { wordless } from "../../../src/core/text/readable.ts";
import { mention } from "../../support/discord/bed.ts";
import {
  bot,
  channels,
  ids,
  menu,
  message,
  press,
  self,
  slash,
  submit,
  user,
} from "../../support/discord/payloads.ts";

type Heard = Parameters<typeof parseMessage>[0];

function read(payload: unknown) {
  const heard = payload as Heard;
  const channel = heard.channel_id === ids.thread ? channels.thread : channels.text;
  return parseMessage(heard, placeOf({ ...channel, id: heard.channel_id }, heard.guild_id), self);
}

const interactions = {
  "slash-run": slash("1", "run", { task: "restart payments", agent: "ops" }),
  "slash-in-thread": slash("2", "stop", {}, { channel: channels.thread }),
  "slash-in-direct-message": slash("3", "list", {}, { channel: channels.direct, guild: null }),
  menu: menu("4", message({ id: "77", content: "disk full on db1" })),
  "press-stop": press("5", "stop|run_1"),
  "press-choose": press("6", "choose|q_1|v1"),
  "press-select": press("7", "choose|q_1", ["v2"]),
  "press-approve": press("8", "approve|q_1"),
  "press-refuse": press("9", "refuse|q_1"),
  "press-undo": press("13", "undo|q_1"),
  "submit-answer": submit("10", "form:answer|q_1", { text: "v1" }),
  "submit-refuse": submit("11", "form:refuse|q_1", { text: "not today" }),
  "submit-edit": submit("12", "form:edit|q_1", { service: "billing", replicas: "5" }),
};

const said = {
  mention: message({ id: "20", content: `${mention} restart payments` }),
  "thread-reply": message({ id: "21", channel: ids.thread, content: "v1.2.3" }),
  "direct-message": message({ id: "22", channel: ids.direct, guild: null, content: "hello" }),
  "mention-in-reply": message({
    id: "23",
    content: `${mention} look at this`,
    type: 19,
    more: {
      referenced_message: message({ id: "24", content: "disk full on db1", author: user("8", "oncall") }),
    },
  }),
  "mention-in-reply-to-alert": message({
    id: "27",
    content: `${mention} deal with this`,
    type: 19,
    more: {
      referenced_message: message({
        id: "28",
        author: user("8", "Alerts", true),
        more: { embeds: [{ title: "HighErrorRate", fields: [{ name: "service", value: "payments" }] }] },
      }),
    },
  }),
  "mention-with-forward": message({
    id: "29",
    content: `${mention} deal with this`,
    more: {
      message_reference: { type: 1, message_id: "30", channel_id: "31" },
      message_snapshots: [{ message: { content: "disk full on db1", embeds: [], attachments: [] } }],
    },
  }),
  "reply-to-what-is-gone": message({
    id: "32",
    content: `${mention} deal with this`,
    type: 19,
    more: { referenced_message: null },
  }),
  "message-with-file": message({
    id: "25",
    channel: ids.thread,
    more: { attachments: [{ id: "1", filename: "log.txt", size: 10, url: "", proxy_url: "" }] },
  }),
  "withheld-words": message({ id: "26", channel: ids.thread }),
};

test.each(Object.entries(interactions))("%s is read", async (name, payload) => {
  const seen = parseInteraction(payload as unknown as Parameters<typeof parseInteraction>[0]);
  await expect(json(seen)).toMatchFileSnapshot(`../../fixtures/discord/parsed/${name}.json`);
});

test.each(Object.entries(said))("%s is read", async (name, payload) => {
  await expect(json(read(payload))).toMatchFileSnapshot(`../../fixtures/discord/parsed/${name}.json`);
});

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

describe("what is meant", () => {
  const inbound = (payload: unknown) => {
    const seen = read(payload);
    if (seen.type !== "inbound") throw new Error(seen.type);
    return seen.inbound;
  };

  test("a reply to the bot's message is said to the bot, in a channel as well", () => {
    const more = { mentions: [bot], referenced_message: message({ id: "1", author: bot, content: "done" }) };
    const { intent } = inbound(message({ id: "30", content: "thanks", type: 19, more }));
    expect(intent).toMatchObject({ text: "thanks", addressed: true });
  });

  const facts = (content: string, more: Record<string, unknown> = {}) =>
    inbound(message({ id: "40", channel: ids.thread, content, more })).intent;

  test.each([
    `\`${mention} restart payments\``,
    `\`\`\`\n${mention} restart payments\n\`\`\``,
    `> ${mention} restart payments`,
    `>>> he said\n${mention} restart payments`,
    "<@&700000000000000001> restart payments",
  ])("a mention that is shown is none: %j", (content) => {
    expect(facts(content)).toMatchObject({ addressed: false });
    expect(read(message({ id: "41", content }))).toEqual({ type: "nothing" });
  });

  test("a sticker alone is an emoji, beside anything else it is shown", () => {
    const sticker_items = [{ id: "1", name: "Wave (hello) 👋", format_type: 1 }];
    const alone = facts("", { sticker_items });
    expect(alone.type === "message" && kindOf(alone.text)).toBe("emoji");
    const attachments = [{ id: "2", filename: "graph.png", size: 1 }];
    expect(facts("", { sticker_items, attachments })).toMatchObject({ text: wordless });
    expect(facts("eu", { sticker_items })).toMatchObject({ text: "eu" });
  });

  test("its own role is a mention, and is left out like one", () => {
    expect(facts(`<@&${ids.ownRole}> restart payments`)).toMatchObject({
      addressed: true,
      text: "restart payments",
    });
  });

  test("code and quotes are told, and decide nothing", () => {
    expect(facts(`${mention} why \`stop\`?`)).toMatchObject({ text: "why `stop`?", said: "why  ?" });
  });

  test.each([
    ["<@8> which environment do we use these days?", true],
    [`<@&${ids.role}> look`, true],
    ["@here look", true],
    [`<@8> hold on, ${mention} is at it`, true],
    ["Hey <@8>, which environment do we use these days?", true],
    ["hello @everyone, who has the pager?", true],
    ["thanks <@!8>!", true],
    ["👏 <@8>", true],
    [`hi <@8>, we let ${mention} do it`, false],
    ["thanks <@8>, it is staging", false],
    ["stop, <@8> does it by hand", false],
    [`<@8> ${mention} stop`, false],
    [`${mention} ask <@8>`, false],
    ["which environment?", false],
  ])("%j begins with others: %j", (content, toOthers) => {
    expect("toOthers" in facts(content)).toBe(toOthers);
  });

  test("a reply that tells a colleague is said to them", () => {
    const oncall = user("8", "oncall");
    const referenced_message = message({ id: "1", author: oncall, content: "which one?" });
    expect(facts("the second", { referenced_message, mentions: [oncall] })).toMatchObject({ toOthers: true });
    expect(facts("the second", { referenced_message })).not.toHaveProperty("toOthers");
    const more = { referenced_message, mentions: [oncall] };
    expect(facts(`the second, ${mention}`, more)).not.toHaveProperty("toOthers");
  });

  test("whose thread it is: ours where the bot made it, theirs where people did", () => {
    const place = (owner_id?: string) =>
      placeOf({ ...channels.thread, ...(owner_id ? { owner_id } : {}) }, ids.guild);
    const thread = (owner: string) => {
      const said = parseMessage(message({ id: "42", channel: ids.thread }) as Heard, place(owner), self);
      return said.type === "nothing" ? null : said.inbound.intent;
    };
    expect(thread(ids.bot)).toMatchObject({ thread: "ours" });
    expect(thread(ids.dana)).toMatchObject({ thread: "theirs" });
    expect(inbound(message({ id: "43", content: mention })).intent).toMatchObject({ thread: "ours" });
    const direct = message({ id: "44", channel: ids.direct, guild: null, content: "hello" });
    expect(inbound(direct).intent).toMatchObject({ thread: "direct" });
  });

  test("words are as old as their message, or as the edit that addressed them", () => {
    const id = "175928847299117063";
    expect(inbound(message({ id, content: mention })).writtenAt).toBe(1_462_015_105_796);
    const more = { edited_timestamp: "2026-11-20T12:00:05.000Z" };
    expect(inbound(message({ id, content: mention, more })).writtenAt).toBe(
      Date.parse(more.edited_timestamp),
    );
  });

  test("people are named, our own mention is left out", () => {
    const more = { mentions: [bot, user("8", "oncall")] };
    const { intent } = inbound(message({ id: "31", content: `${mention} ask <@8>, not <@9>`, more }));
    expect(intent).toMatchObject({ text: "ask @oncall, not <@9>" });
  });

  test("a server's nickname is the name, the id is the authority", () => {
    const member = { roles: ["5"], nick: "Dana (ops)" };
    const { actor } = inbound(message({ id: "32", content: mention, more: { member } }));
    expect(actor).toEqual({
      principal: `discord:${ids.dana}`,
      name: "Dana (ops)",
      groups: [`discord:${ids.guild}/role:${ids.guild}`, `discord:${ids.guild}/role:5`],
      guest: false,
      kind: "person",
    });
  });

  test("subcommands become the words that are typed in Slack", () => {
    const words = (name: string, values: Record<string, string> = {}) => {
      const options = Object.entries(values).map(([option, value]) => ({ type: 3, name: option, value }));
      return instructionOf([{ type: 1, name, options }]);
    };
    expect(words("status")).toEqual({ type: "instruction", text: "status" });
    expect(words("stop", { run: "run_1" })).toMatchObject({ text: "stop run_1" });
    expect(words("stop", { run: "7f3a" })).toMatchObject({ text: "stop run_7f3a" });
    expect(instructionOf([])).toMatchObject({ text: "help" });
  });

  test("what stands in the field of a task is a task, whatever it is, for the agent of the other field", () => {
    const options = [
      { type: 3, name: "task", value: " stop " },
      { type: 3, name: "agent", value: "nosuch" },
    ];
    expect(instructionOf([{ type: 1, name: "run", options }])).toMatchObject({
      launch: { agent: "nosuch", task: "stop" },
    });
    const [task] = options;
    expect(instructionOf([{ type: 1, name: "run", options: task ? [task] : [] }])).toMatchObject({
      launch: { agent: null, task: "stop" },
    });
  });
});
