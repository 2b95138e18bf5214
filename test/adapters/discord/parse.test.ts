/** Every kind of payload, read as an inbound message: one snapshot a kind. */
import { describe, expect, test } from "vitest";
import { placeOf } from "../../../adapters/discord/address.ts";
import { instructionOf } from "../../../adapters/discord/listen/commands.ts";
import { parseInteraction, parseMessage } from "../../../adapters/discord/listen/parse.ts";
import { mention } from "../../support/discord/bed.ts";
import {
  bot,
  channels,
  ids,
  menu,
  message,
  press,
  slash,
  submit,
  user,
} from "../../support/discord/payloads.ts";

type Heard = Parameters<typeof parseMessage>[0];

function read(payload: unknown) {
  const heard = payload as Heard;
  const channel = heard.channel_id === ids.thread ? channels.thread : channels.text;
  return parseMessage(heard, placeOf({ ...channel, id: heard.channel_id }, heard.guild_id), ids.bot);
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

  test("a reply to the bot's message is no mention: only words are", () => {
    const more = { mentions: [bot], referenced_message: message({ id: "1", author: bot, content: "done" }) };
    expect(read(message({ id: "30", content: "thanks", type: 19, more }))).toEqual({ type: "nothing" });
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
    expect(words("status")).toBe("status");
    expect(words("stop", { run: "run_1" })).toBe("stop run_1");
    expect(words("run", { task: " restart ", agent: "ops" })).toBe("ops: restart");
    expect(instructionOf([])).toBe("help");
  });
});
