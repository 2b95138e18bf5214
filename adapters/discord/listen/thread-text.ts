/** The text of a thread that people began, as context for a run that starts in it. */
import { type APIMessage, MessageType, Routes } from "discord.js";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { mostNewest, type ThreadLine, threadText, unreadThread } from "../../../src/core/text/thread-text.ts";
import type { Place } from "../address.ts";
import { codeOf } from "../errors.ts";
import type { Session } from "../session.ts";
import { nameOf, wholeMessage } from "./shown.ts";

/** For each of the two requests. */
const readMs = 3_000;
const source = "the Discord thread";

/** `trouble`: what whoever asked must know; null: all that matters was read. */
export interface ThreadContext {
  context: Inbound["context"];
  trouble: string | null;
}

type Thread = Extract<Place, { kind: "thread" }>;

/** What was said there before this message. What can't be read is said, never thrown. */
export async function threadContext(
  session: Session,
  thread: Thread,
  before: string,
): Promise<ThreadContext> {
  const query = new URLSearchParams({ before, limit: String(mostNewest) });
  let messages: APIMessage[];
  try {
    messages = await get<APIMessage[]>(session, Routes.channelMessages(thread.channelId), query);
  } catch (error) {
    const code = codeOf(error);
    const trouble = unreadThread(code === null ? "Discord did not give it" : `Discord says ${code}`);
    // Our own words, and so no reason to mark the run.
    return { context: [{ source, text: trouble, trusted: true }], trouble };
  }
  const isAll = messages.length < mostNewest;
  const root = isAll ? null : await rootOf(session, thread);
  const newest = messages.toReversed().flatMap(lineOf);
  const text = threadText({ root, newest, leftOut: isAll ? 0 : null, unread: null });
  return { context: text === "" ? [] : [{ source, text, trusted: false }], trouble: null };
}

/** The message that the thread hangs on stands in its channel, that of a post in the thread itself; or there is none. */
async function rootOf(session: Session, { parentId, channelId }: Thread): Promise<ThreadLine | null> {
  for (const place of [parentId, channelId]) {
    try {
      const message = await get<APIMessage>(session, Routes.channelMessage(place, channelId));
      return { who: nameOf(message), text: wholeMessage(message) };
    } catch {
      // Not there: the other place is asked, and the newest messages stand without it.
    }
  }
  return null;
}

const said = new Set([MessageType.Default, MessageType.Reply, MessageType.ChatInputCommand]);

/** Joins, pins and the like say nothing; how the thread began is told by a message of its own. */
function lineOf(message: APIMessage): ThreadLine[] {
  if (message.type === MessageType.ThreadStarterMessage) {
    return message.referenced_message ? lineOf(message.referenced_message) : [];
  }
  return said.has(message.type) ? [{ who: nameOf(message), text: wholeMessage(message) }] : [];
}

async function get<T>(session: Session, route: `/${string}`, query?: URLSearchParams): Promise<T> {
  const signal = AbortSignal.timeout(readMs);
  return (await session.rest.get(route, { signal, ...(query === undefined ? {} : { query }) })) as T;
}
