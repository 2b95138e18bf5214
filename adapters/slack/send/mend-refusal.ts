/** Refusals that a second call can mend at once: not in the channel, or a form that Slack does not take. */

import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import { channelPrefix } from "../address.ts";
import type { Part } from "../draw/render.ts";
import { slackCode } from "../errors.ts";
import { refusalOf } from "../refusal.ts";
import type { Session } from "../session.ts";

/**
 * A public channel in which the bot never was can be joined without being asked; any other needs an invitation, also
 * one that the bot was removed from: that was somebody's decision.
 */
export async function asMember<T>(session: Session, channel: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (slackCode(error) !== "not_in_channel") throw error;
    if (await wasRemoved(session, channel)) throw new ChannelError(removed, notNow, { cause: error });
    try {
      await session.client.conversations.join({ channel });
    } catch {
      throw error;
    }
    return await call();
  }
}

const removed =
  "I was removed from that channel and do not come back by myself; to have me there again: /invite @the-bot";
const notNow = { type: "place", gone: false } as const;

/** So many of the newest runs there are looked at for a post that stood. */
const lookedAt = 20;

/** Remembered, once it is known: newer runs there have no posts that would show it. */
async function wasRemoved({ inlet, bot }: Session, channel: string): Promise<boolean> {
  const { store } = inlet;
  const of = `${bot.team}/${channel}`;
  if ((await readNote(store, noteKinds.slackRemoved, of)) !== null) return true;
  const near = channelPrefix(bot.team, channel);
  for (const { runId } of await store.runs({ near, limit: lookedAt })) {
    const posts = await store.deliveries(runId);
    if (!posts.some(({ address, remoteId }) => remoteId !== null && address.startsWith(near))) continue;
    await writeNote(store, noteKinds.slackRemoved, { of, value: "removed" });
    return true;
  }
  return false;
}

/** Slack refuses these words in this form, whatever the place. */
export function isOfBody(error: unknown): boolean {
  const code = slackCode(error);
  return code !== null && refusalOf(code) === "body";
}

/**
 * One line and a file, should Slack's limits be other than documented. The buttons go with the rest: nobody may
 * approve what is not shown. `isPlain`: the rest is not there yet, it belongs in the file.
 */
export async function inPlainFormIfNeeded<T>(
  session: Session,
  part: Part,
  call: (form: Part) => Promise<T>,
): Promise<{ answer: T; isPlain: boolean }> {
  try {
    return { answer: await call(part), isPlain: false };
  } catch (error) {
    if (!isOfBody(error)) throw error;
    const code = slackCode(error);
    session.options.log.warn({ channel: "slack", code }, "slack refused the form of a message");
    const text = `${part.text}\n(Slack does not take this as a message. The whole of it is in the file below.)`;
    return { answer: await call({ text, blocks: [] }), isPlain: true };
  }
}
