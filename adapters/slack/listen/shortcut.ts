/** "Ask the agent" in the menu of a message: what it asks, and about what. Pure. */
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { askedAbout, wordless } from "../../../src/core/text/readable.ts";
import { threadAddress } from "../address.ts";
import { readMrkdwn } from "../draw/escape.ts";
import { type Bot, type Parsed, presser, responseUrl } from "../parsed.ts";
import { at, textAt } from "../payload.ts";
import { beside, wholeMessage } from "./shown.ts";

/**
 * "Ask the agent" on a message: one's own words are the task; somebody else's are what it is about, never the order.
 */
export function parseShortcut(payload: unknown, bot: Bot): Parsed | null {
  const [trigger, user] = [textAt(payload, "trigger_id"), textAt(payload, "user", "id")];
  const channel = textAt(payload, "channel", "id");
  const ts = textAt(payload, "message", "ts") ?? textAt(payload, "message_ts");
  if (textAt(payload, "callback_id") !== "agent_from_message") return null;
  if (trigger === null || user === null || channel === null || ts === null) return null;
  const root = textAt(payload, "message", "thread_ts") ?? ts;
  const message = at(payload, "message");
  const words = readMrkdwn(textAt(message, "text") ?? "").trim();
  const own = textAt(message, "user") === user;
  return {
    type: "inbound",
    inbound: {
      key: `shortcut:${trigger}`,
      actor: presser(payload, user, bot),
      channel: "slack",
      address: threadAddress(bot.team, channel, root),
      intent: {
        type: "message",
        text: own ? words || wordless : askedAbout,
        addressed: true,
        agent: null,
      },
      replyTo: { via: "press", channel, root, user, ...responseUrl(payload) },
      context: own ? beside(message) : [quoted(message)],
    },
    thread: { channel, root },
  };
}

function quoted(message: unknown): Inbound["context"][number] {
  const text = wholeMessage(message) || "[nothing of it can be read]";
  return { source: "the message", text, trusted: false };
}
