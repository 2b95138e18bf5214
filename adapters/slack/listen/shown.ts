/** What a message of Slack shows: its words, and what it points at (blocks, attachments, shared messages, files). */
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { fileKind, type Part, readable } from "../../../src/core/text/readable.ts";
import { readMrkdwn } from "../draw/escape.ts";
import { at, listAt, textAt } from "../payload.ts";
import { partsOfBlock } from "./blocks.ts";

/** All of a message as one text, for whoever was not the one to write it. */
export function wholeMessage(message: unknown): string {
  return readable(partsOf(message));
}

/**
 * What stands beside the words of a message: what its writer put there is theirs, what it shares of others is anybody's.
 */
export function beside(message: unknown): Inbound["context"] {
  // Slack says a person's words a second time as rich text.
  const blocks = listAt(message, "blocks").filter((block) => textAt(block, "type") !== "rich_text");
  const own = readable([...blocks.flatMap((block) => partsOfBlock(block)), ...filesOf(message)]);
  const others = readable(listAt(message, "attachments").flatMap(partsOfAttachment));
  return [
    ...(own === "" ? [] : [{ source: "the attachments", text: own, trusted: true }]),
    ...(others === "" ? [] : [{ source: "a quoted message", text: others, trusted: false }]),
  ];
}

function partsOf(message: unknown): Part[] {
  const text = readMrkdwn(textAt(message, "text") ?? "");
  const blocks = listAt(message, "blocks").flatMap((block) => partsOfBlock(block));
  // For apps the text is what notifications show: mostly the same as the blocks, sometimes all there is.
  const said = isSaidIn(text, readable(blocks)) ? [] : [{ type: "text", text } as const];
  const attached = listAt(message, "attachments").flatMap(partsOfAttachment);
  return [...said, ...blocks, ...attached, ...filesOf(message)];
}

/** Marks and spaces are set otherwise in blocks. */
function isSaidIn(text: string, blocks: string): boolean {
  const bare = (words: string) => words.replace(/[^\p{L}\p{N}]+/gu, "");
  return bare(blocks).includes(bare(text));
}

/** What an alert bot frames, a link's preview, or a message that was forwarded (docs.slack.dev, secondary attachments). */
function partsOfAttachment(attachment: unknown): Part[] {
  const mrkdwn = (name: string) => readMrkdwn(textAt(attachment, name) ?? "");
  const shared = listAt(attachment, "message_blocks").flatMap((each) => listAt(each, "message", "blocks"));
  const blocks = [...listAt(attachment, "blocks"), ...shared].flatMap((block) => partsOfBlock(block));
  const text = mrkdwn("text");
  const fields = listAt(attachment, "fields").map((field) => ({
    name: textAt(field, "title") ?? "",
    value: readMrkdwn(textAt(field, "value") ?? ""),
  }));
  const framed = { title: titleOf(attachment), text: isSaidIn(text, readable(blocks)) ? null : text, fields };
  const parts = [...blocks, ...filesOf(attachment), ...picturesOf(attachment)];
  const footer = mrkdwn("footer");
  const from = textAt(attachment, "author_name") ?? textAt(attachment, "author_id");
  const content: Part = { type: "card", ...framed, parts, footer };
  const pretext: Part = { type: "text", text: mrkdwn("pretext") };
  if (isMessage(attachment)) return [pretext, { type: "quote", from, parts: [content] }];
  const isEmpty = readable([content]) === "" && from === null;
  const fallback: Part = { type: "text", text: mrkdwn("fallback") };
  return [pretext, ...(isEmpty ? [fallback] : [{ ...content, from }])];
}

function titleOf(attachment: unknown): string | null {
  const [title, link] = [textAt(attachment, "title"), textAt(attachment, "title_link")];
  if (title === null) return textAt(attachment, "from_url") ?? link;
  return link === null ? readMrkdwn(title) : `${readMrkdwn(title)} (${link})`;
}

function isMessage(attachment: unknown): boolean {
  return at(attachment, "is_share") === true || at(attachment, "is_msg_unfurl") === true;
}

function picturesOf(attachment: unknown): Part[] {
  return textAt(attachment, "image_url") === null ? [] : [{ type: "unread", what: "an image", name: null }];
}

function filesOf(message: unknown): Part[] {
  return listAt(message, "files").map((file) => ({
    type: "unread",
    what: fileKind(textAt(file, "mimetype")),
    name: textAt(file, "name") ?? textAt(file, "title"),
  }));
}
