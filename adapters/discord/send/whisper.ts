/** The private word to whoever sent something: a hidden reply to an interaction, a short reply to a message. */
import {
  type APIChannel,
  ButtonStyle,
  ComponentType,
  MessageFlags,
  RESTJSONErrorCodes,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from "discord.js";
import type { Inbound, Outcome } from "../../../src/core/ports/inbound.ts";
import { cut } from "../../../src/core/text/brief.ts";
import { customId, type Press } from "../actions.ts";
import { targetOf } from "../address.ts";
import type { Row } from "../draw/controls.ts";
import { ruleText } from "../draw/inline.ts";
import { plain } from "../draw/markdown.ts";
import { codeOf } from "../errors.ts";
import { nonceOf } from "../nonce.ts";
import type { Line } from "../session.ts";

/** Buttons of one row. */
const mostOffers = 5;

const silent = { parse: [], replied_user: false };

/** Outcomes that show themselves where the run speaks. */
const visible = new Set<Outcome["type"]>(["launched", "noted", "answered", "done"]);

/** Discord answers so when an interaction's 15 minutes are over. */
const over: readonly (number | null)[] = [
  RESTJSONErrorCodes.UnknownWebhook,
  RESTJSONErrorCodes.InvalidWebhookToken,
];

/** Never throws: what could not be said is logged. */
export async function whisper(
  line: Line,
  inbound: Inbound,
  outcome: Outcome,
  offer?: Extract<Press, { action: "again" }>,
): Promise<void> {
  try {
    if (inbound.replyTo.kind === "message") await underMessage(line, inbound, outcome);
    else
      await toInteraction(line, inbound, outcome, offer).catch((error) =>
        later(line, inbound, outcome, error),
      );
  } catch (err) {
    line.options.log.warn({ err, key: inbound.key }, "discord private word not delivered");
  }
}

async function toInteraction(
  line: Line,
  inbound: Inbound,
  outcome: Outcome,
  offer?: Extract<Press, { action: "again" }>,
): Promise<void> {
  const { application = "", token = "", kind } = inbound.replyTo;
  const content = wordsOf(outcome);
  if (kind === "command") {
    const flags = MessageFlags.SuppressEmbeds;
    const body = { content: content || "Noted.", flags, allowed_mentions: silent };
    await line.rest.patch(Routes.webhookMessage(application, token), { body, auth: false });
  } else if (!visible.has(outcome.type) && content !== "") {
    const flags = MessageFlags.Ephemeral | MessageFlags.SuppressEmbeds;
    const components = offer === undefined ? [] : [rowOf([button("Edit again", offer)])];
    const body = { content, flags, allowed_mentions: silent, components };
    await line.rest.post(Routes.webhook(application, token), { body, auth: false });
  }
}

/** It waited for longer than Discord listens, a restart for instance: what nobody else shows is told directly. */
async function later(line: Line, inbound: Inbound, outcome: Outcome, error: unknown): Promise<void> {
  if (!over.includes(codeOf(error)) || visible.has(outcome.type)) throw error;
  const place = targetOf(inbound.address ?? "");
  const where = place === null || place.kind === "dm" ? "" : `In <#${place.parentId}>: `;
  const word = { content: `${where}${wordsOf(outcome)}`, nonce: `whisper ${inbound.key}` };
  await directly(line, inbound.actor.principal.replace("discord:", ""), word);
}

/**
 * Outside of interactions Discord hides no reply from others: it pings nobody, and a refusal is
 * sent to its sender instead.
 */
async function underMessage(line: Line, inbound: Inbound, outcome: Outcome): Promise<void> {
  const { channel = "", message = "" } = inbound.replyTo;
  const sign = { noted: "👀", reacted: "👍" }[outcome.type as string];
  if (sign !== undefined) {
    await line.rest.put(Routes.channelMessageOwnReaction(channel, message, encodeURIComponent(sign)));
    return;
  }
  if (visible.has(outcome.type) && outcome.type !== "done") return;
  const content = wordsOf(outcome);
  if (outcome.type === "ignored" || content === "") return;
  const word = {
    channel,
    message,
    content,
    nonce: `whisper ${inbound.key}`,
    rows: offersOf(message, outcome),
  };
  const isPublic = !inbound.address?.startsWith("discord:@me/");
  if (outcome.type === "refused" && isPublic) await refuse(line, inbound, word);
  else await reply(line, word);
}

interface Word {
  channel: string;
  message: string;
  content: string;
  nonce: string;
  rows?: Row[];
}

/** A button for each question that the words may have meant: ids alone, the words stay where they are remembered. */
function offersOf(message: string, { offers = [] }: Outcome): Row[] {
  const buttons = offers
    .slice(0, mostOffers)
    .map(({ questionId, label }) => button(label, { action: "meant", question: questionId, message }));
  return buttons.length === 0 ? [] : [rowOf(buttons)];
}

function button(label: string, press: Press): Row["components"][number] {
  return {
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label: cut(label, 80),
    custom_id: customId(press),
  };
}

function rowOf(components: Row["components"]): Row {
  return { type: ComponentType.ActionRow, components };
}

const unsaid = "I can't do that. Why is for you alone to read, and you take no direct messages from me.";

/** Who may what is not for everybody in the channel to read. */
async function refuse(line: Line, inbound: Inbound, word: Word): Promise<void> {
  try {
    const user = inbound.actor.principal.replace("discord:", "");
    await directly(line, user, { ...word, content: `In <#${word.channel}>: ${word.content}` });
  } catch (err) {
    line.options.log.info({ err, key: inbound.key }, "discord direct message not taken");
    await reply(line, { ...word, content: unsaid });
  }
}

/** By direct message. @throws what REST throws: not everybody takes them */
export async function directly(
  line: Line,
  user: string,
  word: Pick<Word, "content" | "nonce">,
): Promise<void> {
  const body = { recipient_id: user };
  const { id } = (await line.rest.post(Routes.userChannels(), { body })) as APIChannel;
  await send(line, id, word);
}

/** A reply that can be sent twice and stands once. */
export async function reply(line: Line, word: Word): Promise<void> {
  const message_reference = { message_id: word.message, fail_if_not_exists: false };
  await send(line, word.channel, word, { message_reference });
}

async function send(
  line: Line,
  channel: string,
  { content, nonce, rows = [] }: Pick<Word, "content" | "nonce" | "rows">,
  more: Pick<RESTPostAPIChannelMessageJSONBody, "message_reference"> = {},
): Promise<void> {
  const body: RESTPostAPIChannelMessageJSONBody = {
    content: clipped(content),
    flags: MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications,
    allowed_mentions: silent,
    ...more,
    ...(rows.length === 0 ? {} : { components: rows }),
    nonce: nonceOf(nonce),
    enforce_nonce: true,
  };
  await line.rest.post(Routes.channelMessages(channel), { body });
}

/** Names and tasks of others stand in them: none of it is markup. */
function wordsOf({ text }: Outcome): string {
  return clipped(plain(text));
}

function clipped(words: string): string {
  // Who may do what is said in ids; Discord shows them as names, and the reply notifies nobody.
  const text = words.replace(/\bdiscord:\d+(?:\/role:\d+)?(?![\w/])/g, ruleText);
  return text.length <= 1_900 ? text : `${cut(text, 1_800)}\n… (longer than Discord allows)`;
}
