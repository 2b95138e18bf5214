/** Make a post stand in Discord exactly once: nonces, read-back, edits, threads. */
import {
  type APIMessage,
  MessageFlags,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from "discord.js";
import { ChannelError, type Delivery } from "../../../src/core/ports/channel.ts";
import { type Target, targetOf, threadAddress } from "../address.ts";
import { emptySheet, render, type Sheet } from "../draw/render.ts";
import { channelError, codeOf } from "../errors.ts";
import { markOf, nonceOf, partOf } from "../nonce.ts";
import { isClosedThread } from "../refusal.ts";
import type { Line } from "../session.ts";
import { lookUp } from "./lookup.ts";
import { ensureThread, inOpenThread, threadName } from "./run-threads.ts";

export interface Posted {
  /** `<channel>/<message>`, several joined by commas when the post took several messages. */
  remoteId: string;
  address?: string;
}

/** Where messages go: into a channel or thread, there perhaps as replies to a message. */
interface Room {
  channelId: string;
  under: string | null;
}

/** Throws ChannelError. */
export async function post(line: Line, delivery: Delivery): Promise<Posted> {
  const target = targetOf(delivery.address);
  if (target === null) {
    throw new ChannelError(`no Discord address: ${delivery.address}`, { type: "place", gone: true });
  }
  // After one 401 the client forgets its token, and would never ask again.
  line.rest.setToken(line.options.token);
  const sheets = render(delivery.body, { ...line.options, mark: (n) => markOf(partOf(delivery.id, n)) });
  try {
    if (delivery.remoteId === null) return await sendAll(line, delivery, target, sheets);
    return await editAll(line, delivery, delivery.remoteId, target, sheets);
  } catch (error) {
    throw channelError(error, false);
  }
}

async function sendAll(
  line: Line,
  delivery: Delivery,
  target: Target,
  sheets: readonly Sheet[],
): Promise<Posted> {
  if (target.kind !== "thread") return await sendParts(line, delivery, target, firstRoom(target), sheets);
  const hasThread = await ensureThread(line, target, threadName(delivery.body));
  const around = { channelId: target.parentId, under: target.threadId };
  if (!hasThread) return await sendParts(line, delivery, target, around, sheets);
  try {
    return await sendParts(line, delivery, target, firstRoom(target), sheets);
  } catch (error) {
    // Locked, deleted or closed to us in the middle of the run: what is left to say is said around it.
    const isOpen = !(error instanceof ChannelError) || !isClosedThread(codeOf(error.cause)) || error.partly;
    if (isOpen) throw error;
    line.places.forget(target.threadId);
    return await sendParts(line, delivery, target, around, sheets);
  }
}

async function sendParts(
  line: Line,
  delivery: Delivery,
  target: Target,
  first: Room,
  sheets: readonly Sheet[],
): Promise<Posted> {
  const places: string[] = [];
  let room = first;
  let address: string | undefined;
  try {
    for (const [part, sheet] of sheets.entries()) {
      const place = await sendPart(line, delivery, target, room, sheet, part);
      places.push(place);
      if (target.kind === "new" && part === 0) {
        const threadId = messageOf(place);
        const { guildId, parentId } = target;
        const hasThread = await ensureThread(
          line,
          { guildId, parentId, threadId },
          threadName(delivery.body),
        );
        room = hasThread ? { channelId: threadId, under: null } : { channelId: parentId, under: threadId };
        address = threadAddress(guildId, parentId, threadId);
      }
    }
  } catch (error) {
    // The first messages stand already: whoever tries again must look first.
    throw places.length > 0 ? channelError(error, true).afterPart() : error;
  }
  return { remoteId: places.join(","), ...(address === undefined ? {} : { address }) };
}

/** The message of a `<channel>/<message>`. */
function messageOf(place: string): string {
  return place.slice(place.indexOf("/") + 1);
}

function firstRoom(target: Target): Room {
  switch (target.kind) {
    case "dm":
      return { channelId: target.channelId, under: null };
    case "thread":
      return { channelId: target.threadId, under: null };
    case "new":
      return { channelId: target.parentId, under: null };
  }
}

/** Wherever a part of the post may stand already. */
function roomsOf(target: Target, { channelId }: Room): string[] {
  return target.kind === "thread" ? [...new Set([channelId, target.threadId, target.parentId])] : [channelId];
}

async function sendPart(
  line: Line,
  delivery: Delivery,
  target: Target,
  { channelId, under }: Room,
  sheet: Sheet,
  part: number,
): Promise<string> {
  const rooms = roomsOf(target, { channelId, under });
  const standing = delivery.uncertain ? await lookUp(line, delivery, rooms, part) : null;
  if (standing !== null) {
    await edit(line, target, standing, sheet);
    return standing;
  }
  const body: RESTPostAPIChannelMessageJSONBody = {
    ...payloadOf(sheet),
    ...(under === null ? {} : { message_reference: { message_id: under, fail_if_not_exists: false } }),
    nonce: nonceOf(partOf(delivery.id, part)),
    enforce_nonce: true,
  };
  try {
    const route = Routes.channelMessages(channelId);
    const made = (await line.rest.post(route, { body, files: filesOf(sheet) })) as Partial<APIMessage>;
    // A page of a proxy comes back as bytes.
    if (typeof made.id !== "string") throw new Error("Discord's answer is not a message");
    return `${channelId}/${made.id}`;
  } catch (error) {
    throw channelError(error, true);
  }
}

async function editAll(
  line: Line,
  delivery: Delivery,
  remoteId: string,
  target: Target,
  sheets: readonly Sheet[],
): Promise<Posted> {
  const standing = remoteId.split(",");
  const places: string[] = [];
  for (const [part, sheet] of sheets.entries()) {
    const place = standing[part];
    if (place !== undefined) {
      await edit(line, target, place, sheet);
      places.push(place);
      continue;
    }
    // The new part may have been sent by an attempt that failed later: look, then send.
    const room = roomBeside(target, standing[0] ?? "");
    places.push(await sendPart(line, { ...delivery, uncertain: true }, target, room, sheet, part));
  }
  for (const [index, place] of standing.slice(sheets.length).entries()) {
    await empty(line, target, place, markOf(partOf(delivery.id, sheets.length + index)));
    places.push(place);
  }
  return { remoteId: places.join(",") };
}

/** Where the next message of a post goes whose first one stands at `place`. */
function roomBeside(target: Target, place: string): Room {
  if (target.kind === "new") return { channelId: messageOf(place), under: null };
  const [channelId = ""] = place.split("/");
  const isAround = target.kind === "thread" && channelId === target.parentId;
  // The root stands in the channel and the rest in its thread.
  if (!isAround || messageOf(place) === target.threadId) return firstRoom(target);
  return { channelId, under: target.threadId };
}

async function edit(line: Line, target: Target, place: string, sheet: Sheet): Promise<void> {
  const [channelId = "", messageId = ""] = place.split("/");
  const files = filesOf(sheet);
  const attachments = files.map((file, id) => ({ id: String(id), filename: file.name }));
  const body: RESTPatchAPIChannelMessageJSONBody = { ...payloadOf(sheet), attachments };
  const route = Routes.channelMessage(channelId, messageId);
  try {
    await inOpenThread(line, channelId, () => line.rest.patch(route, { body, files }));
  } catch (error) {
    // Nobody may change what stands in a closed thread; what matters is said around it.
    const isThread = target.kind === "thread" && channelId === target.threadId;
    if (isThread && isClosedThread(codeOf(error))) {
      throw new ChannelError("The thread is closed to edits.", { type: "anew" }, { cause: error });
    }
    throw error;
  }
}

/** A post that got shorter: nothing is deleted, what was its end says so. One that somebody else deleted is left so. */
async function empty(line: Line, target: Target, place: string, mark: number): Promise<void> {
  try {
    await edit(line, target, place, emptySheet(mark));
  } catch (error) {
    if (codeOf(error) === null) throw error;
  }
}

/** Allowed mentions stand in every payload: an edit without them would fall back to "anyone". */
function payloadOf(sheet: Sheet) {
  return {
    flags: MessageFlags.IsComponentsV2 as const,
    components: [sheet.container],
    allowed_mentions: { parse: [], ...sheet.pings, replied_user: false },
  };
}

function filesOf(sheet: Sheet) {
  return sheet.file === null
    ? []
    : [{ name: sheet.file.name, data: sheet.file.data, contentType: "text/markdown" }];
}
