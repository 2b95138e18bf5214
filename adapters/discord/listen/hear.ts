/** Messages of people: read, and persisted before anything else is done with them. */
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { heardRow, mayBeAnswer, mentionKey } from "../../../src/core/store/heard-row.ts";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import { takeBack } from "../../../src/core/store/taken-back.ts";
import { isEnded } from "../../../src/core/text/status.ts";
import { type Place, threadAddress } from "../address.ts";
import { timeOf } from "../nonce.ts";
import { reply } from "../send/whisper.ts";
import type { Session } from "../session.ts";
import { type Heard, messageKey, type Self } from "./addressed.ts";
import { maxAgeMs } from "./history.ts";
import { channelName, parseMessage } from "./parse.ts";
import { type ThreadContext, threadContext } from "./thread-text.ts";

/** Throws when the message could not be placed or stored: then it must be read again later. */
export async function hear(session: Session, self: Self, message: Heard): Promise<void> {
  const place = await session.places.at(message.channel_id, message.guild_id);
  const said = parseMessage(message, place, self);
  if (said.type === "nothing") return;
  const inbound = {
    ...said.inbound,
    address: (await rootAddress(session, self, message)) ?? said.inbound.address,
  };
  const { intent, address } = inbound;
  const forUs = intent.type === "message" && intent.addressed;
  // What people say among themselves in threads without a run is not ours to keep.
  if (!forUs && (address === null || (await session.inlet.store.runAt(address)) === null)) return;
  if (said.type === "withheld") return await hint(session, message);
  await take(session, place, message, inbound);
}

/** With what was said in the thread before, where a run begins in one that people began. */
async function take(session: Session, place: Place, message: Heard, inbound: Inbound): Promise<void> {
  const begins = place.kind === "thread" && (await isBeginning(session, inbound));
  const around = begins ? await threadContext(session, place, message.id) : nothingAround;
  const context = [...inbound.context, ...around.context];
  const taken = await session.inlet.accept({ ...inbound, context });
  if (taken === "duplicate" || around.trouble === null) return;
  const word = { content: around.trouble, nonce: `discord/unread/${message.id}` };
  await reply(session, { channel: message.channel_id, message: message.id, ...word }).catch((err: unknown) =>
    session.options.log.warn({ err, key: inbound.key }, "discord private word not delivered"),
  );
}

/** There is no run in this thread, or the last one of a thread of people has ended. */
async function isBeginning(session: Session, { address, intent }: Inbound): Promise<boolean> {
  const { store } = session.inlet;
  const runId = address === null ? null : await store.runAt(address);
  if (runId === null) return true;
  const run = intent.type === "message" && intent.thread === "theirs" ? await store.run(runId) : null;
  return run !== null && isEnded(run.status);
}

const nothingAround: ThreadContext = { context: [], trouble: null };

/**
 * A reply to the message that a run's thread hangs on is said in that thread; and one to what we said under it, which is
 * where a run speaks that got no thread.
 */
async function rootAddress(session: Session, self: Self, message: Heard): Promise<string | null> {
  const root = message.referenced_message;
  const { guild_id: guildId, channel_id: channelId } = message;
  if (root?.author.id !== self.id || guildId === undefined) return null;
  for (const id of [root.id, root.message_reference?.message_id]) {
    const address = id === undefined ? null : threadAddress(guildId, channelId, id);
    if (address !== null && (await session.inlet.store.runAt(address)) !== null) return address;
  }
  return null;
}

/**
 * An edit that mentions us is said when it is made. Discord does not tell what stood there before: what was heard
 * already has its key, and what was passed over without the mention gets a new one. Whoever changes an answer is told
 * that it was taken.
 */
export async function hearEdit(session: Session, self: Self, message: Heard): Promise<void> {
  const { clock } = session.options;
  const isOld = timeOf(message.id) < clock.now() - maxAgeMs;
  if (!message.edited_timestamp || isOld) return;
  const place = await session.places.at(message.channel_id, message.guild_id);
  const said = parseMessage(message, place, self);
  if (said.type !== "inbound" || said.inbound.intent.type !== "message") return;
  const { key, intent } = said.inbound;
  const row = await heardRow(session.inlet.store, { source: channelName, key });
  if (mayBeAnswer(row)) {
    // The moment itself: the gateway and REST may write it differently.
    const at = Date.parse(message.edited_timestamp);
    const changed = { ...said.inbound, key: `${key}/changed/${at}`, context: [] };
    await session.inlet.accept({ ...changed, intent: { type: "changed", key, text: intent.text } });
    return;
  }
  if (!intent.addressed || message.guild_id === undefined) return;
  if (row !== null && row.outcome !== "ignored") return;
  const address = (await rootAddress(session, self, message)) ?? said.inbound.address;
  const inbound = { ...said.inbound, address, key: row === null ? key : mentionKey(key) };
  await take(session, place, message, inbound);
}

/**
 * What was heard and not worked off yet comes to nothing. A message that never came does not come any more, as Discord
 * tells in order and does not show what was deleted, but where its channel is read at the moment (`mayCome`).
 */
export async function hearDeletion({ inlet }: Session, messageId: string, mayCome: boolean): Promise<void> {
  await takeBack(inlet.store, { source: channelName, key: messageKey(messageId) }, async () => mayCome);
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
