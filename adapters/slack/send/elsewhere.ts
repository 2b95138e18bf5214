/** Where a place takes no posts: tells whoever asked, once and elsewhere, why and what happens next. */

import type { Delivery } from "../../../src/core/ports/channel.ts";
import type { ChannelError } from "../../../src/core/ports/channel-error.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import { thrown } from "../../../src/core/text/thrown.ts";
import { readAddress } from "../address.ts";
import { drawWords, runUrl } from "../draw/blocks.ts";
import { plainMrkdwn } from "../draw/escape.ts";
import type { Session } from "../session.ts";
import { tell } from "./whisper.ts";

/** `sender`: where the slash command of this address is answered, if there was one. Never throws. */
export async function tellElsewhere(
  session: Session,
  delivery: Delivery,
  error: ChannelError,
  sender: Inbound["replyTo"] | undefined,
): Promise<void> {
  const { inlet, options } = session;
  const of = delivery.address;
  try {
    if ((await readNote(inlet.store, noteKinds.toldElsewhere, of)) !== null) return;
    const words = wordsOf(session, delivery, error);
    if (sender !== undefined) await tell(session, sender, words);
    else if (!(await directly(session, delivery, words))) return;
    await writeNote(inlet.store, noteKinds.toldElsewhere, { of, value: delivery.runId });
  } catch (err) {
    options.log.warn({ channel: "slack", err: thrown(err), run: delivery.runId }, "slack requester not told");
  }
}

function wordsOf({ options }: Session, { runId }: Delivery, error: ChannelError): string {
  const url = runUrl(runId, options);
  return [
    `I can't write where you asked me: ${error.message}.`,
    "What I have to say there is kept, and comes when that changes.",
    url === null ? "It is in the console too." : `It is in the console too: ${url}`,
  ].join(" ");
}

/** To the person whose run it is; false: nobody of this workspace asked. */
async function directly(
  { inlet, bot, client }: Session,
  delivery: Delivery,
  words: string,
): Promise<boolean> {
  const row = await inlet.store.run(delivery.runId);
  const home = `slack:${bot.team}/`;
  const user = row?.principal.startsWith(home) ? row.principal.slice(home.length) : null;
  const place = readAddress(delivery.address);
  if (user === null || !/^[UW]/.test(user) || place === null || place.channel.startsWith("D")) return false;
  const where = `In <#${place.channel}>: `;
  await client.chat.postMessage({
    channel: user,
    text: `${where}${plainMrkdwn(words)}`,
    blocks: [drawWords(words)],
    unfurl_links: false,
  });
  return true;
}
