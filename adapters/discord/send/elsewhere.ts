/** A place that takes nothing: whoever asked is told by direct message, once, why and what becomes of it. */

import type { Delivery } from "../../../src/core/ports/channel.ts";
import type { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import { targetOf } from "../address.ts";
import { plain } from "../draw/markdown.ts";
import type { Session } from "../session.ts";
import { directly } from "./whisper.ts";

/** Never throws. */
export async function tellElsewhere(
  session: Session,
  delivery: Delivery,
  error: ChannelError,
): Promise<void> {
  const { inlet, options } = session;
  const of = delivery.address;
  try {
    const target = targetOf(of);
    const row = await inlet.store.run(delivery.runId);
    const user = /^discord:(\d+)$/.exec(row?.principal ?? "")?.[1];
    if (user === undefined || target === null || target.kind === "dm") return;
    if ((await readNote(inlet.store, noteKinds.toldElsewhere, of)) !== null) return;
    const content = wordsOf(session, delivery, error, target.parentId);
    await directly(session, user, { content, nonce: `elsewhere ${of}` });
    await writeNote(inlet.store, noteKinds.toldElsewhere, { of, value: delivery.runId });
  } catch (err) {
    options.log.warn({ err, run: delivery.runId }, "discord requester not told");
  }
}

function wordsOf({ options }: Session, delivery: Delivery, error: ChannelError, parentId: string): string {
  const { failure } = error;
  const isGone = failure.type === "place" && failure.gone;
  const url = options.publicUrl === null ? "" : `: ${options.publicUrl}/runs/${delivery.runId}`;
  return [
    `I can't write in <#${parentId}> where you asked me. ${error.message}`,
    `What I had to say: ${plain(delivery.body.summary)}`,
    isGone ? "" : "It is kept, and comes when that changes.",
    `All of it is in the console${url}${url === "" ? "." : ""}`,
  ]
    .filter(Boolean)
    .join("\n");
}
