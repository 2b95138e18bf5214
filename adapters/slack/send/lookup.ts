/** Finds what an earlier, uncertain send left in Slack, by the metadata that every post carries. */
import { createHash } from "node:crypto";
import type { Attachment } from "../../../src/core/attachment.ts";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import type { Place } from "../address.ts";
import { channelError, slackCode } from "../errors.ts";
import { at, listAt, textAt } from "../payload.ts";
import type { Session } from "../session.ts";

/** The `event_type` of the metadata: messages of other apps have others. */
export const metadataType = "belay_post";

/** What stands in Slack of one post. */
export interface Found {
  /** Message ts by part, 0 being the first. */
  parts: Map<number, string>;
  /** Names of this bot's files. */
  files: Set<string>;
}

/** Clocks differ: this much earlier than the post was born, ms. */
const slackMs = 60_000;
const mostPages = 10;

/** Throws ChannelError: without an answer nothing may be sent again. */
export async function lookUp(session: Session, place: Place, delivery: Delivery): Promise<Found> {
  const found: Found = { parts: new Map(), files: new Set() };
  const oldest = String(Math.max(0, delivery.createdAt - slackMs) / 1000);
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const read = await readPage(session, place, oldest, cursor);
    for (const message of listAt(read, "messages")) note(found, message, delivery, session);
    cursor = textAt(read, "response_metadata", "next_cursor") ?? undefined;
    if (cursor === undefined) break;
  }
  return found;
}

async function readPage(
  session: Session,
  place: Place,
  oldest: string,
  cursor: string | undefined,
): Promise<unknown> {
  const method = place.root === null ? "conversations.history" : "conversations.replies";
  try {
    return await session.client.apiCall(method, {
      channel: place.channel,
      ...(place.root === null ? {} : { ts: place.root }),
      oldest,
      inclusive: true,
      include_all_metadata: true,
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
  } catch (error) {
    // The root is gone and nothing was said under it.
    if (slackCode(error) === "thread_not_found") return {};
    throw channelError(error, { method, idempotent: false });
  }
}

/** Metadata can be written by any app: only what this bot wrote counts. */
function note(found: Found, message: unknown, delivery: Delivery, { bot }: Session): void {
  if (textAt(message, "user") !== bot.user && textAt(message, "bot_id") !== bot.bot) return;
  for (const file of listAt(message, "files")) found.files.add(textAt(file, "name") ?? "");
  const ts = textAt(message, "ts");
  if (ts === null || textAt(message, "metadata", "event_type") !== metadataType) return;
  if (textAt(message, "metadata", "event_payload", "id") !== delivery.id) return;
  const part = at(message, "metadata", "event_payload", "part");
  // Of two the newer one: what could not be edited any more was posted anew.
  if (typeof part === "number" && Number(ts) > Number(found.parts.get(part) ?? 0)) found.parts.set(part, ts);
}

/** Names the picture after its bytes, so that it can be found again. */
export function pictureName({ name, hash }: Pick<Attachment, "name" | "hash">): string {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  return `${stem}-${hash.slice(0, 8)}${ending}`;
}

/** Names the file after its post and its words, so that it can be found again, and newer words are another file. */
export function fileName(delivery: Pick<Delivery, "id">, content: string): string {
  const words = createHash("sha256").update(content).digest("hex").slice(0, 8);
  return `answer-${delivery.id.replace(/[^A-Za-z0-9]+/g, "-").slice(-40)}-${words}.md`;
}
