/** Reads back whether a post stands already, long after Discord forgot its nonce. */
import { type APIMessage, ComponentType, Routes } from "discord.js";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { targetOf } from "../address.ts";
import { codeOf } from "../errors.ts";
import { laterOf, markOf, partOf, snowflakeAt } from "../nonce.ts";
import type { Line } from "../session.ts";

/** Pages of a hundred messages that are read back before a post is sent again. */
const pagesBack = 3;

/** Where the message stands that carries this part's mark: among those since the post was made, or as the root. */
export async function lookUp(
  line: Line,
  delivery: Delivery,
  channelId: string,
  part: number,
): Promise<string | null> {
  const mark = markOf(partOf(delivery.id, part));
  const root = await rootOf(line, delivery);
  if (root !== null && carries(root, mark)) return `${root.channel_id}/${root.id}`;
  let after = snowflakeAt(delivery.createdAt - 60_000);
  for (let page = 0; page < pagesBack; page += 1) {
    const query = new URLSearchParams({ after, limit: "100" });
    const messages = (await line.rest.get(Routes.channelMessages(channelId), { query })) as APIMessage[];
    const found = messages.find((message) => carries(message, mark));
    if (found) return `${channelId}/${found.id}`;
    if (messages.length < 100) return null;
    after = messages.reduce((latest, message) => laterOf(latest, message.id), after);
  }
  return null;
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
