/** The private word to whoever sent something: ephemeral, or an eye on their message. Best effort. */

import type { Inbound, Outcome } from "../../../src/core/ports/inbound.ts";
import { cut } from "../../../src/core/text/brief.ts";
import { ruleInWords } from "../../../src/core/text/rules.ts";
import { thrown } from "../../../src/core/text/thrown.ts";
import { drawWords } from "../draw/blocks.ts";
import { harmless, plainMrkdwn } from "../draw/escape.ts";
import type { Session } from "../session.ts";

const answerMs = 5000;
/** Buttons of one block. */
const mostOffers = 25;

/** Never throws: what could not be said is logged. */
export async function whisper(session: Session, inbound: Inbound, outcome: Outcome): Promise<void> {
  try {
    const sign = outcome.type === "noted" ? "eyes" : outcome.type === "reacted" ? "+1" : null;
    if (sign !== null && inbound.replyTo.via === "message") await react(session, inbound, sign);
    else if (isTold(inbound, outcome)) {
      await tell(session, inbound.replyTo, outcome.text, offersOf(inbound, outcome));
    }
  } catch (error) {
    session.options.log.warn({ channel: "slack", err: thrown(error) }, "slack private word not delivered");
  }
}

/** In a thread the progress message or the changed card is the answer; only what nobody else shows is told. */
function isTold(inbound: Inbound, outcome: Outcome): boolean {
  if (outcome.text.trim() === "" || outcome.type === "ignored") return false;
  if (outcome.type === "refused" || outcome.type === "told" || outcome.type === "asked") return true;
  if (inbound.replyTo.via === "slash") return true;
  // From the menu of a message: there is none of theirs that could have a sign.
  return inbound.replyTo.via === "press" && (outcome.type === "launched" || outcome.type === "noted");
}

/** A button for each question that the words may have meant; the words themselves are where they were remembered. */
function offersOf({ key }: Inbound, { offers = [] }: Outcome): object[] {
  if (offers.length === 0) return [];
  const elements = offers.slice(0, mostOffers).map(({ questionId, label }, index) => ({
    type: "button",
    action_id: `belay:meant:${index}`,
    text: { type: "plain_text", text: cut(label, 75), emoji: false },
    value: JSON.stringify({ q: questionId, k: key }),
  }));
  return [{ type: "actions", elements }];
}

async function react(session: Session, { replyTo }: Inbound, name: string): Promise<void> {
  const { channel, ts } = replyTo;
  if (channel !== undefined && ts !== undefined) {
    await session.client.reactions.add({ channel, timestamp: ts, name });
  }
}

/**
 * A slash command is answered through its URL, which works where the bot is no member; all else where the
 * sender is: in the thread when others have written there (Slack shows nobody a private word in an empty one),
 * else beside their words.
 */
export async function tell(
  session: Session,
  replyTo: Record<string, string>,
  words: string,
  more: object[] = [],
): Promise<void> {
  const { channel, user, root, response_url: url, via } = replyTo;
  // Who may do what is said in ids; people know each other by name.
  const names = session.people.names();
  const text = words.replace(/\bslack:\w+\/(?:group:)?\w+(?![\w/])/g, (id) => ruleInWords(id, { names }));
  const message = {
    text: cut(plainMrkdwn(text), 2900),
    // Names and tasks of others stand in it: none of it is markup.
    blocks: [drawWords(cut(harmless(text), 2900)), ...more],
    unfurl_links: false,
    unfurl_media: false,
  };
  if (via === "slash" && url !== undefined && (await respond(url, message))) return;
  if (channel === undefined || user === undefined) return;
  try {
    const isThread = root !== undefined && (await hasReplies(session, channel, root));
    const there = { channel, ...message, ...(isThread ? { thread_ts: root } : {}) };
    // In a direct message every word is private, and stays.
    if (channel.startsWith("D")) await session.client.chat.postMessage(there);
    else await session.client.chat.postEphemeral({ ...there, user });
  } catch (error) {
    if (url === undefined || via === "slash" || !(await respond(url, message))) throw error;
  }
}

/** A word beside all else: what it is about stands whether it is told or not. Never throws. */
export async function sayTo(session: Session, replyTo: Inbound["replyTo"], words: string): Promise<void> {
  await tell(session, replyTo, words).catch((error: unknown) => {
    session.options.log.warn({ channel: "slack", err: thrown(error) }, "slack private word not delivered");
  });
}

/** Not known is told as no: the root of a channel always shows. */
async function hasReplies({ client }: Session, channel: string, root: string): Promise<boolean> {
  try {
    const read = await client.conversations.replies({ channel, ts: root, limit: 2 });
    return (read.messages ?? []).some(({ ts }) => ts !== root);
  } catch {
    return false;
  }
}

/** False: the URL is used up or expired (30 minutes, five times). */
async function respond(url: string, message: object): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...message, response_type: "ephemeral", replace_original: false }),
      signal: AbortSignal.timeout(answerMs),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
