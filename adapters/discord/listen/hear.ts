/** Messages: placed, read, and remembered before anything else is done with them. */
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import { reply } from "../send/whisper.ts";
import type { Session } from "../session.ts";
import { type Heard, parseMessage } from "./parse.ts";

/** Throws when the message could not be placed or stored: then it must be read again later. */
export async function hear(session: Session, selfId: string, message: Heard): Promise<void> {
  const place = await session.places.at(message.channel_id, message.guild_id);
  const said = parseMessage(message, place, selfId);
  if (said.type === "nothing") return;
  const { inbound } = said;
  const { intent, address } = inbound;
  const forUs = intent.type === "message" && intent.addressed;
  // What people say among themselves in threads without a run is not ours to keep.
  if (!forUs && (address === null || (await session.inlet.store.runAt(address)) === null)) return;
  if (said.type === "withheld") return await hint(session, message);
  await session.inlet.accept(inbound);
}

/** Once per thread: how to be heard while Discord withholds what people write. */
async function hint(session: Session, message: Heard): Promise<void> {
  const { store } = session.inlet;
  const of = message.channel_id;
  if ((await readNote(store, noteKinds.discordHint, of)) !== null) return;
  const content =
    "Discord does not show me what you write here. Mention me in your reply, or use the Reply button of my question. (The operator can turn on Message Content Intent in the developer portal.)";
  await reply(session, {
    channel: message.channel_id,
    message: message.id,
    content,
    nonce: `discord/hint/${of}`,
  });
  await writeNote(store, noteKinds.discordHint, { of, value: message.id });
}
