/** Refusals that a second call can mend at once: not in the channel, or a form that Slack does not take. */

import type { Part } from "../draw/render.ts";
import { slackCode } from "../errors.ts";
import { refusalOf } from "../refusal.ts";
import type { Session } from "../session.ts";

/** A public channel can be joined without being asked; any other needs an invitation. */
export async function asMember<T>(session: Session, channel: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (slackCode(error) !== "not_in_channel") throw error;
    try {
      await session.client.conversations.join({ channel });
    } catch {
      throw error;
    }
    return await call();
  }
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
