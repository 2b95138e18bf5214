/** What Discord sends, read as what a person meant. Pure: the same payload always gives the same. */
import {
  type APIInteraction,
  type APIMessageApplicationCommandInteraction,
  ApplicationCommandType,
  InteractionType,
  MessageType,
} from "discord.js";
import type { Inbound, Intent } from "../../../src/core/ports/inbound.ts";
import { askedAbout, wordless } from "../../../src/core/text/readable.ts";
import { spoken } from "../../../src/core/text/spoken.ts";
import { type Form, formOf, type Press, pressOf } from "../actions.ts";
import { addressAt, newAddress, type Place, placeOf } from "../address.ts";
import { filledIn } from "../draw/form.ts";
import { submitted } from "../draw/modals.ts";
import { timeOf } from "../nonce.ts";
import { actorOf } from "../people.ts";
import { type Heard, isAddressed, messageKey, type Self, said, threadOf } from "./addressed.ts";
import { instructionOf } from "./commands.ts";
import { beside, loneSticker, quoted } from "./shown.ts";

/** The first part of its addresses and principals. */
export const channelName = "discord";

/** What a message comes to. */
export type Said =
  | { type: "inbound"; inbound: Inbound }
  /** A person wrote, and Discord withheld the words: the message content intent is off. */
  | { type: "withheld"; inbound: Inbound }
  | { type: "nothing" };

/**
 * Other bots, webhooks, system messages and ourselves say nothing; neither does talk in a channel that is not for us.
 */
export function parseMessage(message: Heard, place: Place, self: Self): Said {
  const human = !message.author.bot && message.webhook_id === undefined;
  if (!human || (message.type !== MessageType.Default && message.type !== MessageType.Reply)) {
    return { type: "nothing" };
  }
  const own = spoken(message.content);
  const addressed = isAddressed(message, own, self) || place.kind === "dm";
  if (!addressed && place.kind !== "thread") return { type: "nothing" };
  const words = said(message, own, self);
  const context = [...(addressed ? repliedTo(message, self.id) : []), ...beside(message)];
  const text = words.text || (loneSticker(message) ?? (context.length > 0 ? wordless : ""));
  const inbound: Inbound = {
    key: messageKey(message.id),
    actor: actorOf(message.author, message.member ?? null, message.guild_id),
    channel: channelName,
    address: addressAt(place, message.id),
    intent: { ...words, text, addressed, thread: threadOf(place, self) },
    replyTo: { kind: "message", channel: message.channel_id, message: message.id },
    context,
    // An edit that mentions us says its words when it is made.
    writtenAt: message.edited_timestamp ? Date.parse(message.edited_timestamp) : timeOf(message.id),
  };
  return { type: isWithheld(message) ? "withheld" : "inbound", inbound };
}

function isWithheld(message: Heard): boolean {
  const other = [message.attachments, message.embeds, message.sticker_items, message.message_snapshots];
  return message.content === "" && message.poll === undefined && other.every((list) => !list?.length);
}

/** A mention in reply to somebody's message brings that message along, as data. */
function repliedTo(message: Heard, selfId: string): Inbound["context"] {
  const other = message.referenced_message;
  if (other) return other.author.id === selfId ? [] : [quoted(other)];
  // null: it was deleted; missing: Discord did not look it up.
  const text =
    "[the message that this replies to can't be read: it was deleted, or Discord does not show it]";
  const isReply = message.type === MessageType.Reply;
  return isReply ? [{ source: "Discord", text, trusted: true }] : [];
}

/** What an interaction (a command, a button, a form) comes to. */
export type Knock =
  /** `private`: a private word follows · `silent`: what stands there changes, a private word only when it can't. */
  | { type: "inbound"; inbound: Inbound; reply: "private" | "silent" }
  /** The approver's own arguments: they become an intent once the question is known. */
  | { type: "edited"; inbound: Inbound; question: string; fields: Record<string, string> }
  | { type: "open"; form: Form }
  | { type: "nothing" };

/** Whatever is not ours, or of a type that Discord invents later, is `nothing`. */
export function parseInteraction(interaction: APIInteraction): Knock {
  switch (interaction.type) {
    case InteractionType.ApplicationCommand: {
      const data = interaction.data;
      if (data.type === ApplicationCommandType.ChatInput && data.name === "agent") {
        const intent = instructionOf(data.options ?? []);
        return { type: "inbound", inbound: inboundOf(interaction, intent), reply: "private" };
      }
      if (data.type !== ApplicationCommandType.Message) return { type: "nothing" };
      return menuOf(interaction as APIMessageApplicationCommandInteraction);
    }
    case InteractionType.MessageComponent: {
      const press = pressOf(interaction.data.custom_id);
      const chosen = "values" in interaction.data ? (interaction.data.values[0] ?? null) : null;
      return press === null ? { type: "nothing" } : pressed(interaction, press, chosen);
    }
    case InteractionType.ModalSubmit: {
      const form = formOf(interaction.data.custom_id);
      return form === null ? { type: "nothing" } : filled(interaction, form, submitted(interaction.data));
    }
    default:
      return { type: "nothing" };
  }
}

/** The menu of a message: a run in the thread of that message, with the message as data. */
function menuOf(interaction: APIMessageApplicationCommandInteraction): Knock {
  const target = interaction.data.resolved.messages[interaction.data.target_id];
  if (!target) return { type: "nothing" };
  const intent: Intent = { type: "message", text: askedAbout, addressed: true, agent: null };
  const inbound = inboundOf(interaction, intent);
  const address = addressAt(placeOf(interaction.channel, interaction.guild_id), target.id);
  return { type: "inbound", inbound: { ...inbound, address, context: [quoted(target)] }, reply: "private" };
}

function pressed(interaction: APIInteraction, press: Press, chosen: string | null): Knock {
  switch (press.action) {
    case "stop":
    case "pause":
    case "resume":
      return silent(interaction, { type: "press", action: press.action, runId: press.runId });
    case "meant": {
      const key = messageKey(press.message);
      return silent(interaction, { type: "meant", key, questionId: press.question });
    }
    case "choose": {
      const value = press.value ?? chosen;
      if (value === null) return { type: "nothing" };
      return silent(interaction, { type: "choose", questionId: press.question, value });
    }
    case "approve":
      return silent(interaction, { type: "approve", questionId: press.question, input: null });
    case "undo":
      return silent(interaction, { type: "undo", questionId: press.question });
    case "link": {
      const intent: Intent = { type: "link", questionId: press.question };
      return { type: "inbound", inbound: inboundOf(interaction, intent), reply: "private" };
    }
    case "again":
      return { type: "open", form: { form: "edit", question: press.question, typed: press.typed } };
    case "reply":
      return { type: "open", form: { form: "answer", question: press.question } };
    default:
      return { type: "open", form: { form: press.action, question: press.question } };
  }
}

function filled(interaction: APIInteraction, form: Form, fields: Record<string, string>): Knock {
  const text = fields.text ?? "";
  switch (form.form) {
    case "answer": {
      const words = filledIn(fields) ?? { text };
      return silent(interaction, { type: "answer", questionId: form.question, ...words });
    }
    case "refuse":
      return silent(interaction, { type: "refuse", questionId: form.question, reason: text });
    case "edit": {
      const intent: Intent = { type: "approve", questionId: form.question, input: null };
      return { type: "edited", inbound: inboundOf(interaction, intent), question: form.question, fields };
    }
  }
}

function silent(interaction: APIInteraction, intent: Intent): Knock {
  return { type: "inbound", inbound: inboundOf(interaction, intent), reply: "silent" };
}

function inboundOf(interaction: APIInteraction, intent: Intent): Inbound {
  const user = interaction.member?.user ?? interaction.user;
  if (!user) throw new Error("an interaction without a user");
  const command = interaction.type === InteractionType.ApplicationCommand;
  return {
    key: `interaction:${interaction.id}`,
    actor: actorOf(user, interaction.member ?? null, interaction.guild_id),
    channel: channelName,
    address: addressOf(interaction),
    intent,
    replyTo: {
      kind: command ? "command" : "component",
      application: interaction.application_id,
      token: interaction.token,
    },
    context: [],
  };
}

/** In a thread or a direct message: there. In a channel: a thread that the run's first post will make. */
function addressOf(interaction: APIInteraction): string | null {
  const channel = interaction.channel;
  if (!channel) return null;
  const place = placeOf({ ...channel, type: channel.type }, interaction.guild_id);
  if (place.kind === "channel") return newAddress(place.guildId, place.channelId, interaction.id);
  return addressAt(place, interaction.id);
}
