/** Makes a post stand in Slack: sends, edits, finds again what an earlier try left. */
import type { Address } from "../../../src/core/actor.ts";
import { picturesOf } from "../../../src/core/message.ts";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { type Place, readAddress, threadAddress } from "../address.ts";
import { runUrl } from "../draw/blocks.ts";
import type { Scene } from "../draw/inline.ts";
import { type Part, type Rendered, render } from "../draw/render.ts";
import { wholeText } from "../draw/whole-text.ts";
import type { Session } from "../session.ts";
import { isUploaded, pictureFile, type SlackFile, textFile } from "./files.ts";
import { type Found, fileName, lookUp, pictureName } from "./lookup.ts";
import { create, edit, type Send } from "./message.ts";
import type { Paces } from "./rates.ts";

/** The part that stands for a file which Slack does not take. */
const fileNotice = 99;

/** `remoteId` is the ts of each message of the post, joined by commas. Throws ChannelError. */
export async function post(
  session: Session,
  rates: Paces,
  delivery: Delivery,
): Promise<{ remoteId: string; address?: Address }> {
  const place = readAddress(delivery.address);
  if (place === null)
    throw new ChannelError(`no Slack address: ${delivery.address}`, { type: "place", gone: true });
  const scene = sceneOf(session);
  const rendered = render(delivery.body, scene);
  const standing = delivery.remoteId?.split(",") ?? [];
  // Only what may already be there needs a look: an uncertain send, or an edit that adds messages.
  const isLooked =
    (delivery.uncertain || standing.length > 0) && standing.length < wanted(rendered, delivery);
  const found = isLooked ? await lookUp(session, place, delivery) : null;
  const { root, channel } = place;
  const isOneOfMany = standing.length > 1;
  const send: Send = { session, rates, delivery, root, channel, sent: 0, isPlain: false, isOneOfMany };
  try {
    return await bringUp(send, place, rendered, standing, found);
  } catch (error) {
    throw send.sent > 0 && error instanceof ChannelError ? error.afterPart() : error;
  }
}

/** Messages plus the files, each of which counts as one. */
function wanted(rendered: Rendered, { body }: Delivery): number {
  return rendered.parts.length + (rendered.file === null ? 0 : 1) + picturesOf(body).length;
}

function sceneOf({ bot, options, people }: Session): Scene {
  const { publicUrl, trustedLinkHosts } = options;
  return { team: bot.team, publicUrl, trustedLinkHosts, names: people.names() };
}

async function bringUp(
  send: Send,
  place: Place,
  rendered: Rendered,
  standing: readonly string[],
  found: Found | null,
): Promise<{ remoteId: string; address?: Address }> {
  const ids: string[] = [];
  const parts = [...rendered.parts, ...surplus(standing, rendered)];
  for (const [index, part] of parts.entries()) {
    const ts = standing[index] ?? found?.parts.get(index);
    const isEnd = index >= rendered.parts.length;
    const shown =
      ts === undefined
        ? await create(send, part, index)
        : await again(send, place, { part, index, ts, isEnd });
    send.root ??= shown;
    ids.push(shown);
  }
  const file = send.isPlain ? wholeText(send.delivery.body, sceneOf(send.session).names) : rendered.file;
  if (file !== null) {
    // Which form Slack takes shows only now, and an earlier try may have come this far.
    const { files, parts } = found ?? (await lookUp(send.session, place, send.delivery));
    if (!files.has(fileName(send.delivery, file)) && !parts.has(fileNotice))
      await upload(send, textFile(send.delivery, file), "The whole text");
  }
  for (const picture of picturesOf(send.delivery.body)) {
    // The note above it stood already, so this one may as well.
    const isSent = found?.files.has(pictureName(picture)) || found?.parts.has(fileNotice);
    if (!isSent) await upload(send, await pictureFile(send, picture), "The picture");
  }
  const remoteId = ids.join(",");
  if (place.root !== null || send.root === null) return { remoteId };
  return { remoteId, address: threadAddress(place.team, place.channel, send.root) };
}

/**
 * Brings a part up to date where it stands; returns where it stands then. One that somebody deleted comes back alone: the
 * others are still there. `isEnd`: of a post that got shorter, which nobody misses.
 */
async function again(
  send: Send,
  place: Place,
  { part, index, ts, isEnd }: { part: Part; index: number; ts: string; isEnd: boolean },
): Promise<string> {
  send.root ??= ts;
  if ((await edit(send, ts, part)) || isEnd) return ts;
  // An earlier try may have brought it back.
  const back = (await lookUp(send.session, place, send.delivery)).parts.get(index);
  if (back !== undefined && (await edit(send, back, part))) return back;
  return await create(send, part, index);
}

/** A post that got shorter: nothing is deleted, what was its end says so. */
function surplus(standing: readonly string[], rendered: Rendered): Part[] {
  return standing.slice(rendered.parts.length).map(() => ({ text: "–", blocks: [] }));
}

/** Where files are not taken either, the console has it: that is said, and where. `what` begins a sentence. */
async function upload(send: Send, file: SlackFile | null, what: string): Promise<void> {
  const { session, delivery } = send;
  if (file === null || (await isUploaded(send, file))) return;
  const url = runUrl(delivery.runId, sceneOf(session));
  const text = `Slack takes no file here. ${what} is in the console${url === null ? "." : `: ${url}`}`;
  await create(send, { text, blocks: [] }, fileNotice);
}
