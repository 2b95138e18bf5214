/** Makes a post stand in Slack: sends, edits, finds again what an earlier try left. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../../src/core/actor.ts";
import { picturesOf } from "../../../src/core/message.ts";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { type Place, readAddress, threadAddress } from "../address.ts";
import { runUrl } from "../draw/blocks.ts";
import type { Scene } from "../draw/inline.ts";
import { type Part, type Rendered, render } from "../draw/render.ts";
import { wholeText } from "../draw/whole-text.ts";
import { channelError } from "../errors.ts";
import { textAt } from "../payload.ts";
import type { Session } from "../session.ts";
import { isClosedToEdits, isLeftAsItStands } from "./closed-card.ts";
import { isUploaded, pictureFile, type SlackFile, textFile } from "./files.ts";
import { type Found, fileName, lookUp, metadataType, pictureName } from "./lookup.ts";
import { asMember, inPlainFormIfNeeded } from "./mend-refusal.ts";
import { held, type Paces, waitForTurn } from "./rates.ts";

/** Between the messages of one text: Slack allows one a second into a channel, and short bursts. */
const followMs = 1000;
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
  const send: Send = { session, rates, delivery, root, channel, sent: 0, isPlain: false };
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

/** One try of one delivery. */
interface Send {
  session: Session;
  rates: Paces;
  delivery: Delivery;
  channel: string;
  root: string | null;
  /** Messages that this try has created. */
  sent: number;
  /** Slack took a message in plain form only. */
  isPlain: boolean;
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
    if (ts !== undefined) {
      send.root ??= ts;
      await edit(send, ts, part);
      ids.push(ts);
    } else {
      const made = await create(send, part, index);
      send.root ??= made;
      send.sent += 1;
      ids.push(made);
    }
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

/** A post that got shorter: nothing is deleted, what was its end says so. */
function surplus(standing: readonly string[], rendered: Rendered): Part[] {
  return standing.slice(rendered.parts.length).map(() => ({ text: "–", blocks: [] }));
}

async function edit(send: Send, ts: string, part: Part): Promise<void> {
  const { session, delivery, channel } = send;
  await waitForTurn(send.rates.edits, `${delivery.id}:${ts}`, "chat.update");
  const what = { method: "chat.update", idempotent: true };
  try {
    const { isPlain } = await inPlainFormIfNeeded(session, part, (form) =>
      session.client.apiCall("chat.update", { channel, ts, ...body(form) }),
    );
    send.isPlain ||= isPlain;
  } catch (error) {
    if (isClosedToEdits(error) && (await isLeftAsItStands(session, delivery, ts))) return;
    throw await held(channelError(error, what), send.rates.edits);
  }
}

async function create(send: Send, part: Part, index: number): Promise<string> {
  const { session, delivery } = send;
  const rate = send.rates.channel(send.channel);
  if (send.sent === 0) await waitForTurn(rate, `${delivery.id}:${index}`, "chat.postMessage");
  else {
    // The rest of a long text follows by itself; it still counts.
    await sleep(followMs);
    await rate.pause(followMs);
  }
  const message = {
    channel: send.channel,
    ...(send.root === null ? {} : { thread_ts: send.root }),
    // A first net only: what Slack does with a repeated id is not documented.
    client_msg_id: uuidOf(`${delivery.id}:${index}:${delivery.revision}`),
    metadata: {
      event_type: metadataType,
      event_payload: { id: delivery.id, run: delivery.runId, key: delivery.key, part: index },
    },
  };
  const what = { method: "chat.postMessage", idempotent: false };
  try {
    const { answer, isPlain } = await inPlainFormIfNeeded(session, part, (form) =>
      asMember(session, send.channel, () =>
        session.client.apiCall("chat.postMessage", { ...message, ...body(form) }),
      ),
    );
    const ts = textAt(answer, "ts");
    send.isPlain ||= isPlain;
    if (ts === null) throw new Error("no ts in the answer");
    return ts;
  } catch (error) {
    throw await held(channelError(error, what), rate);
  }
}

function body(part: Part): Record<string, unknown> {
  return {
    text: part.text,
    blocks: part.blocks,
    link_names: false,
    parse: "none",
    // Following a link is a way to carry data out.
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Where files are not taken either, the console has it: that is said, and where. `what` begins a sentence. */
async function upload(send: Send, file: SlackFile | null, what: string): Promise<void> {
  const { session, delivery } = send;
  if (file === null || (await isUploaded(send, file))) return;
  const url = runUrl(delivery.runId, sceneOf(session));
  const text = `Slack takes no file here. ${what} is in the console${url === null ? "." : `: ${url}`}`;
  await create(send, { text, blocks: [] }, fileNotice);
}

/** A UUID (version 5 in form) from a name. */
function uuidOf(name: string): string {
  const hex = createHash("sha1").update(name).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
