/** The text of a thread, as context for a run that starts in it. */
import type { Inbound } from "../../../src/core/ports/channel.ts";
import { readMrkdwn } from "../draw/escape.ts";
import type { Session } from "../session.ts";
import { within } from "../time-limit.ts";

const mostMessages = 50;
const mostCharacters = 20_000;
const readMs = 1000;

/** What was said there before, without the message `except` itself. Empty when Slack does not tell in time. */
export async function threadContext(
  session: Session,
  thread: { channel: string; root: string },
  except: string | null,
): Promise<Inbound["context"]> {
  const lines = await within(readMs, readThread(session, thread, except), []);
  if (lines.length === 0) return [];
  const text = lines.join("\n").slice(-mostCharacters);
  // Anyone in the channel may have written it: data, not instructions.
  return [{ source: "the Slack thread", text, trusted: false }];
}

async function readThread(
  session: Session,
  thread: { channel: string; root: string },
  except: string | null,
): Promise<string[]> {
  const names = session.people.names();
  const replies = await session.client.conversations.replies({
    channel: thread.channel,
    ts: thread.root,
    limit: mostMessages,
  });
  return (replies.messages ?? [])
    .filter((message) => message.ts !== except && message.text)
    .map((message) => {
      const who = message.user ?? message.bot_id ?? "somebody";
      return `${names.get(`slack:${session.bot.team}/${who}`) ?? who}: ${readMrkdwn(message.text ?? "")}`;
    });
}
