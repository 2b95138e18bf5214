/** What a message of Discord shows besides its words: embeds, forwards, files, polls, and what it replies to. */
import {
  type APIEmbed,
  type APIMessage,
  type APIMessageSnapshot,
  type APIMessageTopLevelComponent,
  MessageReferenceType,
} from "discord.js";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { fileKind, type Part, readable } from "../../../src/core/text/readable.ts";

/** A message, or what a forward keeps of one. */
type Shown = Partial<Omit<APIMessage, "type">> | APIMessageSnapshot["message"];

/** All of a message as one text, for whoever was not the one to write it. */
export function wholeMessage(message: Shown): string {
  return readable(partsOf(message));
}

/** A message that somebody points at: data, whoever wrote it. */
export function quoted(message: APIMessage): Inbound["context"][number] {
  const source = `Discord message by ${nameOf(message)}`;
  return { source, text: wholeMessage(message) || "[nothing of it can be read]", trusted: false };
}

/** What its writer put beside their words is theirs; what it forwards or what a link previews is anybody's. */
export function beside(message: APIMessage): Inbound["context"] {
  const own = readable([...filesOf(message), ...pollOf(message)]);
  const others = readable([...embedsOf(message), ...forwardedIn(message)]);
  return [
    ...(own === "" ? [] : [{ source: "the attachments", text: own, trusted: true }]),
    ...(others === "" ? [] : [{ source: "a quoted message", text: others, trusted: false }]),
  ];
}

/** A sticker that stands alone says what an emoji does, and is written as one. null: there is none, or more than that. */
export function loneSticker(message: APIMessage): string | null {
  const [sticker] = listOf(message.sticker_items);
  const more = [
    ...listOf(message.attachments),
    ...pollOf(message),
    ...embedsOf(message),
    ...forwardedIn(message),
  ];
  if (sticker === undefined || more.length > 0) return null;
  return `:sticker_${textOf(sticker.name)?.replace(/\W+/g, "_") ?? ""}:`;
}

/** As people read it beside the message. */
export function nameOf({ author, webhook_id }: Pick<APIMessage, "author" | "webhook_id">): string {
  const name = author.global_name ?? author.username;
  return author.bot || webhook_id !== undefined ? `${name} (an app)` : name;
}

function partsOf(message: Shown, depth = 0): Part[] {
  return [
    { type: "text", text: withNames(textOf(message.content) ?? "", listOf(message.mentions)) },
    ...componentsOf(message.components ?? []),
    ...embedsOf(message),
    ...(depth > deepest ? [] : forwardedIn(message, depth)),
    ...filesOf(message),
    ...pollOf(message),
  ];
}

/** People by name instead of by id: nobody is notified by reading about them. */
export function withNames(text: string, mentions: APIMessage["mentions"]): string {
  const names = new Map(mentions.map((user) => [user.id, user.global_name ?? user.username]));
  return text.replace(/<@!?(\d+)>/g, (whole, id: string) => (names.has(id) ? `@${names.get(id)}` : whole));
}

/**
 * Discord's types are not proof of what it sends: a message whose reading throws counts as not heard, and is read again
 * for ever before whatever was said after it.
 */
function listOf<T>(value: readonly T[] | null | undefined): NonNullable<T>[] {
  return Array.isArray(value) ? value.filter((item) => item !== null && item !== undefined) : [];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function embedsOf(message: Shown): Part[] {
  return listOf(message.embeds).map((embed) => ({
    type: "card" as const,
    from: textOf(embed.author?.name) ?? textOf(embed.provider?.name),
    title: titleOf(embed),
    text: textOf(embed.description),
    fields: listOf(embed.fields).map(({ name, value }) => field(name, value)),
    parts:
      embed.image || embed.video ? [{ type: "unread" as const, what: pictureOf(embed), name: null }] : [],
    footer: textOf(embed.footer?.text),
  }));
}

function field(name: unknown, value: unknown): { name: string; value: string } {
  return { name: textOf(name) ?? "", value: textOf(value) ?? "" };
}

function titleOf(embed: APIEmbed): string | null {
  const [title, url] = [textOf(embed.title), textOf(embed.url)];
  return title && url ? `${title} (${url})` : (title ?? url);
}

function pictureOf(embed: APIEmbed): string {
  return embed.video ? "a video" : "an image";
}

function forwardedIn(message: Shown, depth = 0): Part[] {
  const snapshots = "message_snapshots" in message ? listOf(message.message_snapshots) : [];
  const forwarded = snapshots.map(
    (snapshot): Part => ({ type: "quote", from: null, parts: partsOf(snapshot.message ?? {}, depth + 1) }),
  );
  const isForward =
    "message_reference" in message && message.message_reference?.type === MessageReferenceType.Forward;
  // Discord forwards what it may not show as well.
  return isForward && forwarded.length === 0 ? [{ type: "quote", from: null, parts: [] }] : forwarded;
}

function filesOf(message: Shown): Part[] {
  const files = listOf(message.attachments).map((file): Part => {
    const words = [textOf(file.filename), textOf(file.description)].filter(Boolean).join(": ");
    return { type: "unread", what: fileKind(textOf(file.content_type)), name: words || null };
  });
  const stickers = listOf(message.sticker_items).map(
    ({ name }): Part => ({ type: "unread", what: "a sticker", name: textOf(name) }),
  );
  return [...files, ...stickers];
}

function pollOf(message: Shown): Part[] {
  const poll = "poll" in message ? message.poll : undefined;
  if (!poll) return [];
  const answers = listOf(poll.answers).map((answer) => field("-", answer.poll_media?.text));
  return [{ type: "card", title: `Poll: ${textOf(poll.question?.text) ?? ""}`, fields: answers }];
}

/** Texts of the newer kind of message that apps write, at any depth; buttons by their label. */
function componentsOf(components: readonly APIMessageTopLevelComponent[]): Part[] {
  return textsIn(components, 0).map((text) => ({ type: "text", text }));
}

/** Of lists and components inside of one another, and of forwards. */
const deepest = 12;

function textsIn(value: unknown, depth: number): string[] {
  if (typeof value !== "object" || value === null || depth > deepest) return [];
  if (Array.isArray(value)) return value.flatMap((each) => textsIn(each, depth + 1));
  const { content, label, components, accessory } = value as Record<string, unknown>;
  const own =
    typeof content === "string" ? [content] : typeof label === "string" ? [`[button: ${label}]`] : [];
  return [...own, ...textsIn(components, depth + 1), ...textsIn(accessory, depth + 1)];
}
