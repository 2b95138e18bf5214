/** Threads that are there because of the bot: their first words were said to it. */
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import { threadAddress } from "../address.ts";
import type { Session } from "../session.ts";
import { messageKey } from "./parse.ts";

/** Is the root of this thread a message that was said to the bot? */
export async function wasSaidToUs(
  { inlet, bot }: Session,
  { channel = "", root = "" }: Inbound["replyTo"],
): Promise<boolean> {
  const key = messageKey(bot.team, channel, root);
  if ((await inlet.store.inboxRow({ source: "slack", key })) !== null) return true;
  const address = threadAddress(bot.team, channel, root);
  return (await readNote(inlet.store, noteKinds.slackBegan, address)) !== null;
}

/** The inbox forgets after a while; a thread whose first words were for the bot stays its own with its run. */
export async function rememberRoot({ inlet }: Session, { intent, address, replyTo }: Inbound): Promise<void> {
  if (intent.type !== "message" || !intent.addressed || intent.thread === "direct") return;
  if (address === null || replyTo.ts === undefined || replyTo.ts !== replyTo.root) return;
  await writeNote(inlet.store, noteKinds.slackBegan, { of: address, value: "mention" });
}
