/** Finds what an earlier, uncertain send left in Slack, by the metadata that every post carries. */
import { ChannelError, type Delivery } from "../../../src/core/ports/channel.ts";
import type { Place } from "../address.ts";
import { channelError } from "../errors.ts";
import { at, listAt, textAt } from "../payload.ts";
import type { Session } from "../session.ts";

export const metadataType = "belay_post";

export interface Found {
  /** Message ts by part, 0 being the first. */
  parts: Map<number, string>;
  file: boolean;
}

/** Clocks differ: this much earlier than the post was born, ms. */
const slackMs = 60_000;
const mostPages = 10;

/** Throws ChannelError (uncertain): without an answer nothing may be sent again. */
export async function lookUp(session: Session, place: Place, delivery: Delivery): Promise<Found> {
  const found: Found = { parts: new Map(), file: false };
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
    const { message, retryAfterMs, lost, permanent } = channelError(error, { method, idempotent: false });
    throw new ChannelError(message, { uncertain: true, retryAfterMs, lost, permanent, cause: error });
  }
}

/** Metadata can be written by any app: only what this bot wrote counts. */
function note(found: Found, message: unknown, delivery: Delivery, { bot }: Session): void {
  if (textAt(message, "user") !== bot.user && textAt(message, "bot_id") !== bot.bot) return;
  if (listAt(message, "files").some((file) => textAt(file, "name") === fileName(delivery))) found.file = true;
  const ts = textAt(message, "ts");
  if (ts === null || textAt(message, "metadata", "event_type") !== metadataType) return;
  if (textAt(message, "metadata", "event_payload", "id") !== delivery.id) return;
  const part = at(message, "metadata", "event_payload", "part");
  if (typeof part === "number" && !found.parts.has(part)) found.parts.set(part, ts);
}

/** Names the file after its post, so that it can be found again. */
export function fileName(delivery: Pick<Delivery, "id">): string {
  return `answer-${delivery.id.replace(/[^A-Za-z0-9]+/g, "-").slice(-40)}.md`;
}
