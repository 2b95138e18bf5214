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
import { refusalOf } from "../refusal.ts";
import type { Line } from "../session.ts";

/** A thread's name never tells a status: Discord allows two changes in ten minutes. */
export function threadName(body: Message): string {
  const heading = body.blocks.find((block) => block.type === "heading");
  return brief(heading?.type === "heading" ? heading.text : body.summary, 90) || "run";
}

/**
 * Make the thread of a message; false: Discord lets us make none there (a voice or stage channel, no permission, too
 * many threads). It has the message's id, so that doing it twice is harmless. When Discord says that there can be
 * none, it may still exist on its own (a forum post, a private thread): the send will tell.
 */
export async function ensureThread(
  line: Line,
  thread: { guildId: string; parentId: string; threadId: string },
  name: string,
): Promise<boolean> {
  if (line.places.knows(thread.threadId)) return true;
  try {
    const body = { name, auto_archive_duration: ThreadAutoArchiveDuration.OneWeek };
    const route = Routes.threads(thread.parentId, thread.threadId);
    const made = (await line.rest.post(route, { body })) as APIThreadChannel;
    line.places.learn(made, thread.guildId);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code !== Code.ThreadAlreadyCreatedForMessage && !(await stands(line, thread.threadId))) {
      if (code === null || ["way", "wait", "unknown"].includes(refusalOf(code).type)) throw error;
      line.options.log.warn(
        { code, channel: thread.parentId },
        "discord thread not made, speaking in the channel",
      );
      return false;
    }
    const facts = {
      id: thread.threadId,
      type: ChannelType.PublicThread,
      parent_id: thread.parentId,
    } as const;
    // Whoever made it is asked when somebody speaks there.
    line.places.learn(facts, thread.guildId);
    return true;
  }
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
