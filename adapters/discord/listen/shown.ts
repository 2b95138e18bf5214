/** What a message of Discord shows besides its words: embeds, forwards, files, polls, and what it replies to. */
import {
  type APIEmbed,
  type APIMessage,
  type APIMessageSnapshot,
  type APIMessageTopLevelComponent,
  MessageReferenceType,
} from "discord.js";
import type { Inbound } from "../../../src/core/ports/channel.ts";
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

/** As people read it beside the message. */
export function nameOf({ author, webhook_id }: Pick<APIMessage, "author" | "webhook_id">): string {
  const name = author.global_name ?? author.username;
  return author.bot || webhook_id !== undefined ? `${name} (an app)` : name;
}

function partsOf(message: Shown, depth = 0): Part[] {
  return [
    { type: "text", text: withNames(message.content ?? "", message.mentions ?? []) },
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

function embedsOf(message: Shown): Part[] {
  return (message.embeds ?? []).map((embed) => ({
    type: "card" as const,
    from: embed.author?.name ?? embed.provider?.name ?? null,
    title: titleOf(embed),
    text: embed.description ?? null,
    fields: embed.fields ?? [],
    parts:
      embed.image || embed.video ? [{ type: "unread" as const, what: pictureOf(embed), name: null }] : [],
    footer: embed.footer?.text ?? null,
  }));
}

function titleOf({ title, url }: APIEmbed): string | null {
  return title && url ? `${title} (${url})` : (title ?? url ?? null);
}

function pictureOf(embed: APIEmbed): string {
  return embed.video ? "a video" : "an image";
}

function forwardedIn(message: Shown, depth = 0): Part[] {
  const snapshots = "message_snapshots" in message ? (message.message_snapshots ?? []) : [];
  const forwarded = snapshots.map(
    (snapshot): Part => ({ type: "quote", from: null, parts: partsOf(snapshot.message ?? {}, depth + 1) }),
  );
  const isForward =
    "message_reference" in message && message.message_reference?.type === MessageReferenceType.Forward;
  // Discord forwards what it may not show as well.
  return isForward && forwarded.length === 0 ? [{ type: "quote", from: null, parts: [] }] : forwarded;
}

function filesOf(message: Shown): Part[] {
  const files = (message.attachments ?? []).map((file): Part => {
    const words = file.description ? `${file.filename}: ${file.description}` : file.filename;
    return { type: "unread", what: fileKind(file.content_type ?? null), name: words };
  });
  const stickers = (message.sticker_items ?? []).map(
    ({ name }): Part => ({ type: "unread", what: "a sticker", name }),
  );
  return [...files, ...stickers];
}

function pollOf(message: Shown): Part[] {
  const poll = "poll" in message ? message.poll : undefined;
  if (!poll) return [];
  const answers = poll.answers.map(({ poll_media }) => ({ name: "-", value: poll_media.text ?? "" }));
  return [{ type: "card", title: `Poll: ${poll.question.text ?? ""}`, fields: answers }];
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
