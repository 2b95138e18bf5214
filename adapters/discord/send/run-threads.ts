/** Threads of runs: made once from a message, opened again when archived. */
import {
  type APIThreadChannel,
  ChannelType,
  RESTJSONErrorCodes as Code,
  Routes,
  ThreadAutoArchiveDuration,
} from "discord.js";
import type { Message } from "../../../src/core/message.ts";
import { brief } from "../../../src/core/text/brief.ts";
import { codeOf } from "../errors.ts";
import type { Line } from "../session.ts";
import { reply } from "./whisper.ts";

/** A thread's name never tells a status: Discord allows two changes in ten minutes. */
export function threadName(body: Message): string {
  const heading = body.blocks.find((block) => block.type === "heading");
  return brief(heading?.type === "heading" ? heading.text : body.summary, 90) || "run";
}

/**
 * Make the thread of a message. It has the message's id, so that doing it twice is harmless. When Discord says
 * that there can be none, it may still exist on its own (a forum post, a private thread): the send will tell.
 */
export async function ensureThread(
  line: Line,
  thread: { guildId: string; parentId: string; threadId: string },
  name: string,
): Promise<void> {
  if (line.places.knows(thread.threadId)) return;
  try {
    const body = { name, auto_archive_duration: ThreadAutoArchiveDuration.OneWeek };
    const route = Routes.threads(thread.parentId, thread.threadId);
    const made = (await line.rest.post(route, { body })) as APIThreadChannel;
    line.places.learn(made, thread.guildId);
  } catch (error) {
    const code = codeOf(error);
    if (code === Code.MissingPermissions) await explain(line, thread);
    if (code !== Code.ThreadAlreadyCreatedForMessage && !(await stands(line, thread.threadId))) throw error;
    const facts = {
      id: thread.threadId,
      type: ChannelType.PublicThread,
      parent_id: thread.parentId,
    } as const;
    // Whoever made it is asked when somebody speaks there.
    line.places.learn(facts, thread.guildId);
  }
}

/** Whoever asked must not wait for a thread that can't be made. */
async function explain(line: Line, thread: { parentId: string; threadId: string }): Promise<void> {
  const content = "I can't open a thread here. I need Create Public Threads and Send Messages in Threads.";
  const word = {
    channel: thread.parentId,
    message: thread.threadId,
    content,
    nonce: `no thread ${thread.threadId}`,
  };
  await reply(line, word).catch((err: unknown) => {
    line.options.log.warn({ err, channel: thread.parentId }, "discord thread refusal not explained");
  });
}

async function stands(line: Line, threadId: string): Promise<boolean> {
  try {
    await line.rest.get(Routes.channel(threadId));
    return true;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return false;
  }
}

/** Do something in a thread; when it is archived, open it and do it again. */
export async function inOpenThread<T>(line: Line, channelId: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (codeOf(error) !== Code.InvalidActionOnArchivedThread) throw error;
    await line.rest.patch(Routes.channel(channelId), { body: { archived: false } });
    return await act();
  }
}
