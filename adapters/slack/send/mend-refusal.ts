/** Refusals that a second call can mend at once: not in the channel, or a form that Slack does not take. */

import type { Part } from "../draw/render.ts";
import { slackCode } from "../errors.ts";
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

const refusedForms = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "msg_blocks_too_long",
  "msg_too_long",
]);

/**
 * Better one line than nothing, should Slack's limits be other than documented. The buttons go with the rest: nobody may
 * approve what is not shown.
 */
export async function inPlainFormIfNeeded<T>(
  session: Session,
  part: Part,
  call: (form: Part) => Promise<T>,
): Promise<T> {
  try {
    return await call(part);
  } catch (error) {
    const code = slackCode(error);
    if (code === null || !refusedForms.has(code)) throw error;
    session.options.log.warn({ channel: "slack", code }, "slack refused the form of a message");
    return await call({
      text: `${part.text}\n(Slack could not show the rest; it is in the console.)`,
      blocks: [],
    });
  }
}
