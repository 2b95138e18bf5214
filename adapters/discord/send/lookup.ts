/** Reads back whether a post stands already, long after Discord forgot its nonce. */
import { type APIMessage, ComponentType, RESTJSONErrorCodes, Routes } from "discord.js";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { targetOf } from "../address.ts";
import { codeOf } from "../errors.ts";
import { laterOf, markOf, partOf, snowflakeAt } from "../nonce.ts";
import type { Line } from "../session.ts";

/** Pages of a hundred messages that are read back before a post is sent again. */
const pagesBack = 3;

/**
 * Where the message stands that carries this part's mark: among those of these channels since the post
 * was made, or as the root.
 */
export async function lookUp(
  line: Line,
  delivery: Delivery,
  channelIds: readonly string[],
  part: number,
): Promise<string | null> {
  const mark = markOf(partOf(delivery.id, part));
  const root = await rootOf(line, delivery);
  if (root !== null && carries(root, mark)) return `${root.channel_id}/${root.id}`;
  for (const channelId of channelIds) {
    const found = await lookIn(line, channelId, delivery.createdAt, mark);
    if (found !== null) return found;
  }
  return null;
}

async function lookIn(line: Line, channelId: string, since: number, mark: number): Promise<string | null> {
  let after = snowflakeAt(since - 60_000);
  for (let page = 0; page < pagesBack; page += 1) {
    const messages = await messagesAfter(line, channelId, after);
    // Of two the newer one: what could not be edited any more was posted anew.
    const found = messages
      .filter((message) => carries(message, mark))
      .sort(byAge)
      .at(-1);
    if (found) return `${channelId}/${found.id}`;
    if (messages.length < 100) return null;
    after = messages.reduce((latest, message) => laterOf(latest, message.id), after);
  }
  return null;
}

function byAge(one: APIMessage, other: APIMessage): number {
  return laterOf(one.id, other.id) === one.id ? 1 : -1;
}

/** None where there is no such channel: a thread that was not made. */
async function messagesAfter(line: Line, channelId: string, after: string): Promise<APIMessage[]> {
  const query = new URLSearchParams({ after, limit: "100" });
  try {
    return (await line.rest.get(Routes.channelMessages(channelId), { query })) as APIMessage[];
  } catch (error) {
    if (codeOf(error) !== RESTJSONErrorCodes.UnknownChannel) throw error;
    return [];
  }
}

function carries(message: APIMessage, mark: number): boolean {
  return (
    message.components?.some((each) => each.type === ComponentType.Container && each.id === mark) ?? false
  );
}

/** The message that a thread was started from: a run's first post, when its address was provisional then. */
async function rootOf(line: Line, delivery: Delivery): Promise<APIMessage | null> {
  const target = targetOf(delivery.address);
  if (target?.kind !== "thread") return null;
  try {
    const route = Routes.channelMessage(target.parentId, target.threadId);
    return (await line.rest.get(route)) as APIMessage;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return null;
  }
}
