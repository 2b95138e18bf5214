/** Make a post stand in Discord exactly once: nonces, read-back, edits, threads. */
import {
  type APIMessage,
  ComponentType,
  MessageFlags,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from "discord.js";
import { ChannelError, type Delivery } from "../../src/core/ports.ts";
import { channelError, codeOf } from "./errors.ts";
import { laterOf, markOf, nonceOf, snowflakeAt } from "./nonce.ts";
import { type Target, targetOf, threadAddress } from "./places.ts";
import { render, type Sheet } from "./render.ts";
import type { Line } from "./session.ts";
import { ensureThread, inOpenThread, threadName } from "./threads.ts";

export interface Posted {
  /** `<channel>/<message>`, several joined by commas when the post took several messages. */
  remoteId: string;
  address?: string;
}

/** Throws ChannelError. */
export async function post(line: Line, delivery: Delivery): Promise<Posted> {
  const target = targetOf(delivery.address);
  if (target === null) throw new ChannelError(`no Discord address: ${delivery.address}`, { permanent: true });
  const sheets = render(delivery.body, { ...line.options, mark: (n) => markOf(partId(delivery, n)) });
  try {
    if (delivery.remoteId === null) return await sendAll(line, delivery, target, sheets);
    return await editAll(line, delivery, delivery.remoteId, target, sheets);
  } catch (error) {
    throw channelError(error, false);
  }
}

function partId(delivery: Delivery, part: number): string {
  return part === 0 ? delivery.id : `${delivery.id}#${part}`;
}

async function sendAll(
  line: Line,
  delivery: Delivery,
  target: Target,
  sheets: readonly Sheet[],
): Promise<Posted> {
  if (target.kind === "thread") await ensureThread(line, target, threadName(delivery.body));
  const ids: string[] = [];
  let channelId = placeToSend(target);
  let address: string | undefined;
  try {
    for (const [part, sheet] of sheets.entries()) {
      const id = await sendPart(line, delivery, channelId, sheet, part);
      ids.push(`${channelId}/${id}`);
      if (target.kind === "new" && part === 0) {
        const thread = { guildId: target.guildId, parentId: target.parentId, threadId: id };
        await ensureThread(line, thread, threadName(delivery.body));
        channelId = id;
        address = threadAddress(target.guildId, target.parentId, id);
      }
    }
  } catch (error) {
    throw ids.length > 0 ? partlyThere(channelError(error, true)) : error;
  }
  return { remoteId: ids.join(","), ...(address === undefined ? {} : { address }) };
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
    await edit(line, `${channelId}/${standing}`, sheet);
    return standing;
  }
  const body: RESTPostAPIChannelMessageJSONBody = {
    ...payloadOf(sheet),
    nonce: nonceOf(partId(delivery, part)),
    enforce_nonce: true,
  };
  try {
    const route = Routes.channelMessages(channelId);
    const made = (await line.rest.post(route, { body, files: filesOf(sheet) })) as APIMessage;
    return made.id;
  } catch (error) {
    throw channelError(error, true);
  }
}

/** Pages of a hundred messages that are read back before a post is sent again. */
const pagesBack = 3;

/** The message that carries this part's mark, among those since the post was made. */
async function lookUp(
  line: Line,
  delivery: Delivery,
  channelId: string,
  part: number,
): Promise<string | null> {
  const mark = markOf(partId(delivery, part));
  let after = snowflakeAt(delivery.createdAt - 60_000);
  for (let page = 0; page < pagesBack; page += 1) {
    const query = new URLSearchParams({ after, limit: "100" });
    const messages = (await line.rest.get(Routes.channelMessages(channelId), { query })) as APIMessage[];
    const found = messages.find((message) =>
      message.components?.some((each) => each.type === ComponentType.Container && each.id === mark),
    );
    if (found) return found.id;
    if (messages.length < 100) return null;
    after = messages.reduce((latest, message) => laterOf(latest, message.id), after);
  }
  return null;
}

async function editAll(
  line: Line,
  delivery: Delivery,
  remoteId: string,
  target: Target,
  sheets: readonly Sheet[],
): Promise<Posted> {
  const standing = remoteId.split(",");
  const ids: string[] = [];
  for (const [part, sheet] of sheets.entries()) {
    const place = standing[part];
    if (place !== undefined) {
      await edit(line, place, sheet);
      ids.push(place);
      continue;
    }
    const channelId = target.kind === "new" ? (standing[0]?.split("/")[1] ?? "") : placeToSend(target);
    // The new part may have been sent by an attempt that failed later: look, then send.
    const id = await sendPart(line, { ...delivery, uncertain: true }, channelId, sheet, part);
    ids.push(`${channelId}/${id}`);
  }
  for (const surplus of standing.slice(sheets.length)) await remove(line, surplus);
  return { remoteId: ids.join(",") };
}

async function edit(line: Line, place: string, sheet: Sheet): Promise<void> {
  const [channelId = "", messageId = ""] = place.split("/");
  const files = filesOf(sheet);
  const attachments = files.map((file, id) => ({ id: String(id), filename: file.name }));
  const body: RESTPatchAPIChannelMessageJSONBody = { ...payloadOf(sheet), attachments };
  const route = Routes.channelMessage(channelId, messageId);
  await inOpenThread(line, channelId, () => line.rest.patch(route, { body, files }));
}

async function remove(line: Line, place: string): Promise<void> {
  const [channelId = "", messageId = ""] = place.split("/");
  try {
    await inOpenThread(line, channelId, () => line.rest.delete(Routes.channelMessage(channelId, messageId)));
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
