/** One message of a post: made, or brought up to date where it stands. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import type { Part } from "../draw/render.ts";
import { channelError, slackCode } from "../errors.ts";
import { textAt } from "../payload.ts";
import type { Session } from "../session.ts";
import { isClosedToEdits, isLeftAsItStands } from "./closed-card.ts";
import { metadataType } from "./lookup.ts";
import { asMember, inPlainFormIfNeeded } from "./mend-refusal.ts";
import { held, type Paces, waitForTurn } from "./rates.ts";

/** Between the messages of one text: Slack allows one a second into a channel, and short bursts. */
const followMs = 1000;

/** One try of one delivery. */
export interface Send {
  session: Session;
  rates: Paces;
  delivery: Delivery;
  channel: string;
  root: string | null;
  /** Messages that this try has created. */
  sent: number;
  /** Slack took a message in plain form only. */
  isPlain: boolean;
  /** The post stands in several messages. */
  isOneOfMany: boolean;
}

/** False: it is one message of several, and somebody has deleted it. Throws ChannelError. */
export async function edit(send: Send, ts: string, part: Part): Promise<boolean> {
  const { session, delivery, channel } = send;
  await waitForTurn(send.rates.edits, `${delivery.id}:${ts}`, "chat.update");
  const what = { method: "chat.update", idempotent: true };
  try {
    const { isPlain } = await inPlainFormIfNeeded(session, part, (form) =>
      session.client.apiCall("chat.update", { channel, ts, ...body(form) }),
    );
    send.isPlain ||= isPlain;
    return true;
  } catch (error) {
    if (isClosedToEdits(error) && (await isLeftAsItStands(session, delivery, ts))) return true;
    if (send.isOneOfMany && slackCode(error) === "message_not_found") return false;
    throw await held(channelError(error, what), send.rates.edits);
  }
}

/** Returns the ts of the new message, which is one more in this try. Throws ChannelError. */
export async function create(send: Send, part: Part, index: number): Promise<string> {
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
    send.sent += 1;
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

/** A UUID (version 5 in form) from a name. */
function uuidOf(name: string): string {
  const hex = createHash("sha1").update(name).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
