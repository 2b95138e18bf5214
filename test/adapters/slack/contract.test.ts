/** Slack under the suite that every channel passes. */
import { readAddress, writeAddress } from "../../../adapters/slack/address.ts";
import type { Scene } from "../../../adapters/slack/draw/inline.ts";
import { type Rendered, render } from "../../../adapters/slack/draw/render.ts";
import { parse } from "../../../adapters/slack/listen/parse.ts";
import { channelContract } from "../../contracts/channel.contract.ts";
import { brokenLimits, pings } from "../../support/slack/limits.ts";
import { bot, recorded, recordedEvent } from "../../support/slack/payloads.ts";

const scene: Scene = { team: "T1", publicUrl: null, trustedLinkHosts: [], names: new Map() };

const { event } = recorded("message-changed") as { event: Record<string, object> };
/** As Slack sends one when it unfolds a link. */
const unchanged = recordedEvent("message-changed", { previous_message: event.message });

channelContract({
  name: "slack",
  parse(payload) {
    const parsed = parse(payload, bot);
    if (parsed === null || parsed.type === "revoked" || parsed.type === "deleted") return null;
    if (parsed.type === "inbound") return parsed.inbound;
    throw new Error(`not an inbound message: ${parsed.type}`);
  },
  ignored: {
    "its own message": recorded("own-message"),
    "another bot": recorded("other-bot-message"),
    "its own words without a bot id": recordedEvent("thread-reply", { user: bot.user }),
    Slackbot: recordedEvent("direct-message", { user: "USLACKBOT" }),
    "an edit that changes nothing": unchanged,
    "a deletion": recorded("message-deleted"),
    "somebody joining": recorded("channel-join"),
    "a link button": recorded("press-open"),
    "another app's button": recorded("press-approve", { actions: [{ action_id: "other", value: "{}" }] }),
    "another app's modal": recorded("submit-reply", { view: { id: "V9", callback_id: "other" } }),
    "an unknown kind": { type: "block_suggestion" },
    "no object": "hello",
  },
  redelivered: {
    "a retry": [recorded("thread-reply"), recorded("thread-reply", { event_id: "Ev99" })],
    "a mention in its two events": [recorded("app-mention"), recorded("mention-as-message")],
    "an edit": [recorded("message-changed"), recorded("message-changed", { event_id: "Ev99" })],
    "a slash command": [recorded("slash-command"), recorded("slash-command")],
    "a press": [recorded("press-approve"), recorded("press-approve")],
    "a submitted modal": [recorded("submit-reply"), recorded("submit-reply", { trigger_id: "9.9.again" })],
    "a shortcut": [recorded("message-shortcut"), recorded("message-shortcut")],
  },
  distinct: {
    "two messages": [recorded("app-mention"), recorded("mention-in-thread")],
    "the same time in two channels": [
      recorded("thread-reply"),
      recordedEvent("thread-reply", { channel: "C2" }),
    ],
    "two presses": [recorded("press-approve"), recorded("press-approve", { trigger_id: "2.2.other" })],
  },
  roundTrip(address) {
    const place = readAddress(address);
    return place === null ? "" : writeAddress(place);
  },
  addresses: ["slack:T1/C1/1764000000.000100", "slack:T1/C1/new:13345224609.738474920.8088930838d88f008e0"],
  render: (message) => render(message, scene),
  brokenLimits: (rendered) => brokenLimits(rendered as Rendered),
  pings: (rendered) => pings(rendered as Rendered),
  person: { principal: "slack:T1/U1", ping: "U1" },
  group: { rule: "slack:T1/group:S9", ping: "S9" },
});
