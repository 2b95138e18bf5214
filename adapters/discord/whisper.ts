/** The private word to whoever sent something: a hidden reply to an interaction, a short reply to a message. */
import { MessageFlags, Routes } from "discord.js";
import type { Inbound, Outcome } from "../../src/core/ports.ts";
import { ruleText } from "./inlines.ts";
import { clip } from "./markdown.ts";
import { nonceOf } from "./nonce.ts";
import type { Line } from "./session.ts";

const silent = { parse: [], replied_user: false };

/** Outcomes that show themselves where the run speaks. */
const visible = new Set<Outcome["type"]>(["launched", "noted", "answered", "done"]);

/** Never throws: an expired interaction or a deleted message has nobody to tell any more. */
export async function whisper(line: Line, inbound: Inbound, outcome: Outcome): Promise<void> {
  try {
    if (inbound.replyTo.kind === "message") await underMessage(line, inbound, outcome);
    else await toInteraction(line, inbound, outcome);
  } catch (err) {
    line.options.log.warn({ err, key: inbound.key }, "discord private word not delivered");
  }
}

async function toInteraction(line: Line, inbound: Inbound, outcome: Outcome): Promise<void> {
  const { application = "", token = "", kind } = inbound.replyTo;
  const content = clipped(outcome.text);
  if (kind === "command") {
    const flags = MessageFlags.SuppressEmbeds;
    const body = { content: content || "Noted.", flags, allowed_mentions: silent };
    await line.rest.patch(Routes.webhookMessage(application, token), { body, auth: false });
  } else if (!visible.has(outcome.type) && content !== "") {
    const flags = MessageFlags.Ephemeral | MessageFlags.SuppressEmbeds;
    const body = { content, flags, allowed_mentions: silent };
    await line.rest.post(Routes.webhook(application, token), { body, auth: false });
  }
}

/** Discord hides no messages from others outside of interactions: a reply that pings nobody is the nearest. */
async function underMessage(line: Line, inbound: Inbound, outcome: Outcome): Promise<void> {
  const { channel = "", message = "" } = inbound.replyTo;
  if (outcome.type === "noted") {
    await line.rest.put(Routes.channelMessageOwnReaction(channel, message, encodeURIComponent("👀")));
    return;
  }
  if (visible.has(outcome.type) && outcome.type !== "done") return;
  const content = clipped(outcome.text);
  if (outcome.type === "ignored" || content === "") return;
  await reply(line, { channel, message, content, nonce: `whisper ${inbound.key}` });
}

/** A reply that can be sent twice and stands once. */
export async function reply(
  line: Line,
  word: { channel: string; message: string; content: string; nonce: string },
): Promise<void> {
  const body = {
    content: clipped(word.content),
    flags: MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications,
    allowed_mentions: silent,
    message_reference: { message_id: word.message, fail_if_not_exists: false },
    nonce: nonceOf(word.nonce),
    enforce_nonce: true,
  };
  await line.rest.post(Routes.channelMessages(word.channel), { body });
}

function clipped(words: string): string {
  // Who may do what is said in ids; Discord shows them as names, and the reply notifies nobody.
  const text = words.replace(/\bdiscord:\d+(?:\/role:\d+)?(?![\w/])/g, ruleText);
  return text.length <= 1_900
    ? text
    : `${text.slice(0, 1_800)}\n${clip("… (longer than Discord allows)", 80)}`;
}
