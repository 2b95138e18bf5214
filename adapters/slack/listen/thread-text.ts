/** The text of a thread, as context for a run that starts in it: how it began, and what was said last. */
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { mostNewest, type ThreadLine, threadText, unreadThread } from "../../../src/core/text/thread-text.ts";
import { slackCode } from "../errors.ts";
import { at, textAt } from "../payload.ts";
import type { Session } from "../session.ts";
import { within } from "../time-limit.ts";
import { wholeMessage } from "./shown.ts";

/** Slack begins with the oldest, so that the newest of a long thread are on its last page. */
const pageSize = 200;
const mostPages = 10;
/** All pages together: the mention must be acknowledged within three seconds. */
const readMs = 1500;

/** `trouble`: what whoever asked must know; null: all that matters was read. */
export interface ThreadContext {
  context: Inbound["context"];
  trouble: string | null;
}

/** What is said there, without the message `except` itself. What can't be read is said, never thrown. */
export async function threadContext(
  session: Session,
  thread: { channel: string; root: string },
  except: string | null,
): Promise<ThreadContext> {
  const read: Pages = { root: null, newest: [], count: 0, missing: "Slack did not answer in time" };
  await within(readMs, readPages(session, thread, except, read), undefined);
  const { root, newest, count, missing } = read;
  const trouble = missing === null ? null : unreadThread(missing);
  const source = "the Slack thread";
  if (root === null && newest.length === 0) {
    // Our own words, and so no reason to mark the run.
    return { context: trouble === null ? [] : [{ source, text: trouble, trusted: true }], trouble };
  }
  const text = threadText({ root, newest, leftOut: count - newest.length, unread: missing });
  // Anyone in the channel may have written it: data, not instructions.
  return { context: text === "" ? [] : [{ source, text, trusted: false }], trouble };
}

/** As far as it has come; `missing` says why it is not the end. */
interface Pages {
  root: ThreadLine | null;
  newest: ThreadLine[];
  /** Messages so far, without the root. */
  count: number;
  missing: string | null;
}

async function readPages(
  { client }: Session,
  { channel, root }: { channel: string; root: string },
  except: string | null,
  read: Pages,
): Promise<void> {
  try {
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const next = cursor === undefined ? {} : { cursor };
      const answer = await client.conversations.replies({ channel, ts: root, limit: pageSize, ...next });
      for (const message of answer.messages ?? []) take(message, root, except, read);
      cursor = answer.response_metadata?.next_cursor || undefined;
      if (cursor === undefined) {
        read.missing = null;
        return;
      }
    }
    read.missing = `it has more than ${pageSize * mostPages} messages`;
  } catch (error) {
    const code = slackCode(error);
    read.missing = code === null ? "Slack did not give it" : `Slack says ${code}`;
  }
}

function take(message: unknown, root: string, except: string | null, read: Pages): void {
  const ts = textAt(message, "ts");
  if (ts === null || ts === except) return;
  const line = { who: whoOf(message), text: wholeMessage(message) };
  if (ts === root) {
    read.root = line;
    return;
  }
  read.count += 1;
  read.newest.push(line);
  if (read.newest.length > mostNewest) read.newest.shift();
}

/** People by their id, whose name is looked up with all others; an app by the name that it shows. */
function whoOf(message: unknown): string {
  const user = textAt(message, "user");
  const shown = textAt(message, "username") ?? textAt(message, "bot_profile", "name");
  const isApp = at(message, "bot_id") !== undefined;
  if (isApp && shown !== null) return `${shown} (an app)`;
  return user === null ? (shown ?? "an app") : `<@${user}>`;
}
