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
import type { Line } from "../session.ts";
import { lookUp } from "./lookup.ts";
import { ensureThread, inOpenThread, threadName } from "./run-threads.ts";

export interface Posted {
  /** `<channel>/<message>`, several joined by commas when the post took several messages. */
  remoteId: string;
  address?: string;
}

/** Throws ChannelError. */
export async function post(line: Line, delivery: Delivery): Promise<Posted> {
  const target = targetOf(delivery.address);
  if (target === null) throw new ChannelError(`no Discord address: ${delivery.address}`, { permanent: true });
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
  if (target.kind === "thread") await ensureThread(line, target, threadName(delivery.body));
  const places: string[] = [];
  let channelId = placeToSend(target);
  let address: string | undefined;
  try {
    for (const [part, sheet] of sheets.entries()) {
      const place = await sendPart(line, delivery, channelId, sheet, part);
      places.push(place);
      if (target.kind === "new" && part === 0) {
        channelId = messageOf(place);
        const thread = { guildId: target.guildId, parentId: target.parentId, threadId: channelId };
        await ensureThread(line, thread, threadName(delivery.body));
        address = threadAddress(target.guildId, target.parentId, channelId);
      }
    }
  } catch (error) {
    throw places.length > 0 ? partlyThere(channelError(error, true)) : error;
  }
  return { remoteId: places.join(","), ...(address === undefined ? {} : { address }) };
}

/** The message of a `<channel>/<message>`. */
function messageOf(place: string): string {
  return place.slice(place.indexOf("/") + 1);
}

function placeToSend(target: Target): string {
  switch (target.kind) {
    case "dm":
      return target.channelId;
    case "thread":
      return target.threadId;
    case "new":
      return target.parentId;
  }
}

/** The first messages stand already: whoever tries again must look first. */
function partlyThere(error: ChannelError): ChannelError {
  const { permanent, retryAfterMs, message } = error;
  return new ChannelError(message, { permanent, retryAfterMs, uncertain: true, cause: error });
}

async function sendPart(
  line: Line,
  delivery: Delivery,
  channelId: string,
  sheet: Sheet,
  part: number,
): Promise<string> {
  const standing = delivery.uncertain ? await lookUp(line, delivery, channelId, part) : null;
  if (standing !== null) {
    await edit(line, standing, sheet);
    return standing;
  }
  const body: RESTPostAPIChannelMessageJSONBody = {
    ...payloadOf(sheet),
    nonce: nonceOf(partOf(delivery.id, part)),
    enforce_nonce: true,
  };
  try {
    const route = Routes.channelMessages(channelId);
    const made = (await line.rest.post(route, { body, files: filesOf(sheet) })) as APIMessage;
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
      await edit(line, place, sheet);
      places.push(place);
      continue;
    }
    const channelId = target.kind === "new" ? messageOf(standing[0] ?? "") : placeToSend(target);
    // The new part may have been sent by an attempt that failed later: look, then send.
    places.push(await sendPart(line, { ...delivery, uncertain: true }, channelId, sheet, part));
  }
  for (const [index, place] of standing.slice(sheets.length).entries()) {
    await empty(line, place, markOf(partOf(delivery.id, sheets.length + index)));
    places.push(place);
  }
  return { remoteId: places.join(",") };
}

async function edit(line: Line, place: string, sheet: Sheet): Promise<void> {
  const [channelId = "", messageId = ""] = place.split("/");
  const files = filesOf(sheet);
  const attachments = files.map((file, id) => ({ id: String(id), filename: file.name }));
  const body: RESTPatchAPIChannelMessageJSONBody = { ...payloadOf(sheet), attachments };
  const route = Routes.channelMessage(channelId, messageId);
  await inOpenThread(line, channelId, () => line.rest.patch(route, { body, files }));
}

/** A post that got shorter: nothing is deleted, what was its end says so. One that somebody else deleted is left so. */
async function empty(line: Line, place: string, mark: number): Promise<void> {
  try {
    await edit(line, place, emptySheet(mark));
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
