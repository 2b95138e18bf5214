/** Makes a post stand in Discord exactly once: nonces, read-back, edits, threads. */
import { type APIMessage, type RESTPostAPIChannelMessageJSONBody, Routes } from "discord.js";
import { picturesOf } from "../../../src/core/message.ts";
import type { Delivery, Inlet } from "../../../src/core/ports/channel.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { readableAttachment } from "../../../src/core/store/attachments.ts";
import { type Target, targetOf, threadAddress } from "../address.ts";
import { render, type Sheet } from "../draw/render.ts";
import { channelError, codeOf } from "../errors.ts";
import { markOf, nonceOf, partOf } from "../nonce.ts";
import { isClosedThread } from "../refusal.ts";
import type { Line } from "../session.ts";
import { edit, editPart, empty, filesOf, payloadOf } from "./edit.ts";
import { lookUp } from "./lookup.ts";
import { firstRoom, messageOf, type Room, roomBeside, roomsOf } from "./rooms.ts";
import { ensureThread, threadName } from "./run-threads.ts";

export interface Posted {
  /** `<channel>/<message>`, several joined by commas when the post took several messages. */
  remoteId: string;
  address?: string;
}

/** Throws ChannelError. */
export async function post(line: Line, delivery: Delivery, inlet: Inlet | null): Promise<Posted> {
  const target = targetOf(delivery.address);
  if (target === null) {
    throw new ChannelError(`no Discord address: ${delivery.address}`, { type: "place", gone: true });
  }
  // After one 401 the client forgets its token, and would never ask again.
  line.rest.setToken(line.options.token);
  const pictures = await bytesOf(inlet, delivery);
  const mark = (n: number) => markOf(partOf(delivery.id, n));
  const sheets = render(delivery.body, { ...line.options, pictures, mark });
  try {
    if (delivery.remoteId === null) return await sendAll(line, delivery, target, sheets);
    return await editAll(line, delivery, delivery.remoteId, target, sheets);
  } catch (error) {
    throw channelError(error, false);
  }
}

/** What the store has no more is told of in words. */
async function bytesOf(inlet: Inlet | null, { runId, body }: Delivery): Promise<Map<string, Uint8Array>> {
  const bytes = new Map<string, Uint8Array>();
  for (const { hash } of picturesOf(body)) {
    const stored = inlet === null ? null : await readableAttachment(inlet.store, runId, hash);
    if (stored) bytes.set(hash, stored.bytes);
  }
  return bytes;
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
  const isAlone = standing.length === 1;
  const places: string[] = [];
  for (const [part, sheet] of sheets.entries()) {
    const place = standing[part];
    if (place !== undefined && (await editPart(line, target, place, { sheet, isAlone }))) {
      places.push(place);
      continue;
    }
    // A new part, or one that somebody deleted: the others are still there. An attempt that failed later may have sent
    // it: look, then send.
    const room = roomBeside(target, standing[0] ?? "");
    places.push(await sendPart(line, { ...delivery, uncertain: true }, target, room, sheet, part));
  }
  for (const [index, place] of standing.slice(sheets.length).entries()) {
    await empty(line, target, place, markOf(partOf(delivery.id, sheets.length + index)));
    places.push(place);
  }
  return { remoteId: places.join(",") };
}
