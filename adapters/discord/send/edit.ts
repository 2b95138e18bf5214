/** Brings a message that stands in Discord up to date, and says what every message is sent with. */
import {
  MessageFlags,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelMessageJSONBody,
  Routes,
} from "discord.js";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import type { Target } from "../address.ts";
import { emptySheet, type Sheet } from "../draw/render.ts";
import { codeOf } from "../errors.ts";
import { isClosedThread } from "../refusal.ts";
import type { Line } from "../session.ts";
import { inOpenThread } from "./run-threads.ts";

export async function edit(line: Line, target: Target, place: string, sheet: Sheet): Promise<void> {
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

/** False: somebody deleted it. A post that is this message alone has then to be made anew, and so it throws. */
export async function editPart(
  line: Line,
  target: Target,
  place: string,
  { sheet, isAlone }: { sheet: Sheet; isAlone: boolean },
): Promise<boolean> {
  try {
    await edit(line, target, place, sheet);
    return true;
  } catch (error) {
    if (isAlone || codeOf(error) !== RESTJSONErrorCodes.UnknownMessage) throw error;
    return false;
  }
}

/**
 * A post that got shorter: nothing is deleted, what was its end says so. One that somebody else deleted is left so.
 */
export async function empty(line: Line, target: Target, place: string, mark: number): Promise<void> {
  try {
    await edit(line, target, place, emptySheet(mark));
  } catch (error) {
    if (codeOf(error) === null) throw error;
  }
}

/** Allowed mentions stand in every payload: an edit without them would fall back to "anyone". */
export function payloadOf(sheet: Sheet) {
  return {
    flags: MessageFlags.IsComponentsV2 as const,
    components: [sheet.container],
    allowed_mentions: { parse: [], ...sheet.pings, replied_user: false },
  };
}

export function filesOf(sheet: Sheet) {
  if (sheet.file === null) return [];
  // Of a picture its name says what it is.
  const isText = typeof sheet.file.data === "string";
  return [{ ...sheet.file, ...(isText ? { contentType: "text/markdown" } : {}) }];
}
