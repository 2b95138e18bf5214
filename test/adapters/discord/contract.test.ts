/** Discord under the suite that every channel passes. */

import { placeOf, targetOf, threadAddress } from "../../../adapters/discord/address.ts";
import { render, type Sheet } from "../../../adapters/discord/draw/render.ts";
import { parseInteraction, parseMessage } from "../../../adapters/discord/listen/parse.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { channelContract } from "../../contracts/channel.contract.ts";
import { mention } from "../../support/discord/bed.ts";
import { brokenLimits, pings } from "../../support/discord/limits.ts";
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

type Interaction = Parameters<typeof parseInteraction>[0];
type Heard = Parameters<typeof parseMessage>[0];

function parse(payload: unknown): Inbound | null {
  if (typeof payload === "object" && payload !== null && "application_id" in payload) {
    const knock = parseInteraction(payload as Interaction);
    return knock.type === "inbound" || knock.type === "edited" ? knock.inbound : null;
  }
  const heard = payload as Heard;
  const channel = heard.channel_id === ids.thread ? channels.thread : channels.text;
  const said = parseMessage(heard, placeOf({ ...channel, id: heard.channel_id }, heard.guild_id), self);
  return said.type === "inbound" ? said.inbound : null;
}

const said = message({ id: "10", content: `${mention} hello` });

channelContract({
  name: "discord",
  parse,
  ignored: {
    "its own message": message({ id: "1", content: mention, author: bot }),
    "another bot": message({ id: "2", content: mention, author: user("9", "other", true) }),
    "a webhook": message({ id: "3", content: mention, more: { webhook_id: "9" } }),
    "somebody joining": message({ id: "4", content: mention, type: 7 }),
    "the first message of a thread": message({ id: "5", channel: ids.thread, type: 21 }),
    "talk in a channel": message({ id: "6", content: "lunch?" }),
    "everyone being mentioned": message({ id: "7", content: "@everyone", more: { mention_everyone: true } }),
    "another app's button": press("8", "other:button"),
    "another command": slash("9", "run", {}, { data: { id: "1", type: 1, name: "other" } }),
    "a form being opened": press("10", "reply|q_1"),
  },
  redelivered: {
    "a mention replayed by a resume": [said, structuredClone(said)],
    "a mention read over REST": [
      said,
      message({ id: "10", content: `${mention} hello`, more: { member: undefined } }),
    ],
    "a thread reply": [
      message({ id: "11", channel: ids.thread, content: "yes" }),
      message({ id: "11", channel: ids.thread, content: "yes" }),
    ],
    "a direct message": [
      message({ id: "12", channel: ids.direct, guild: null, content: "hi" }),
      message({ id: "12", channel: ids.direct, guild: null, content: "hi" }),
    ],
    "a command": [slash("13", "run", { task: "x" }), slash("13", "run", { task: "x" })],
    "a menu": [menu("14", said), menu("14", said)],
    "a press": [press("15", "approve|q_1"), press("15", "approve|q_1")],
    "a form": [
      submit("16", "form:answer|q_1", { text: "yes" }),
      submit("16", "form:answer|q_1", { text: "yes" }),
    ],
  },
  distinct: {
    "two messages": [said, message({ id: "11", content: `${mention} hello` })],
    "a message and an interaction with one id": [said, slash("10", "list")],
  },
  roundTrip(address) {
    const target = targetOf(address);
    if (target?.kind === "dm") return `discord:@me/${target.channelId}`;
    if (target?.kind === "thread") return threadAddress(target.guildId, target.parentId, target.threadId);
    return target === null ? "" : address;
  },
  addresses: [
    `discord:@me/${ids.direct}`,
    `discord:${ids.guild}/${ids.channel}/${ids.thread}`,
    "discord:1/2/new:3",
  ],
  render: (body) => render(body, { publicUrl: null, trustedLinkHosts: [], mark: (n) => n + 1 }),
  brokenLimits: (rendered) => brokenLimits(rendered as Sheet[]),
  pings: (rendered) => pings(rendered as Sheet[]),
  person: { principal: `discord:${ids.dana}`, ping: ids.dana },
  group: { rule: `discord:${ids.guild}/role:${ids.role}`, ping: ids.role },
});
