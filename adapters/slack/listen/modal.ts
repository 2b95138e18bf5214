/** Opens the window in which a button's words are typed. */
import { drawModal } from "../draw/modals.ts";
import { slackCode } from "../errors.ts";
import type { Parsed } from "../parsed.ts";
import { sayTo } from "../send/whisper.ts";
import type { Session } from "../session.ts";

/** Nothing is decided by looking: who may is checked when it is submitted. The trigger lives three seconds. */
export async function openModal(
  session: Session,
  parsed: Extract<Parsed, { type: "open_modal" }>,
): Promise<void> {
  const { kind, questionId, place } = parsed;
  try {
    const row = await session.inlet.store.question(questionId);
    const question = row === null || row.settledAt !== null ? null : row.question;
    const view = drawModal({ ...place, kind, questionId }, question);
    await session.client.views.open({ trigger_id: parsed.trigger, view });
  } catch (error) {
    const code = slackCode(error) ?? String(error);
    session.options.log.warn({ channel: "slack", err: code }, "slack modal did not open");
    const replyTo = {
      channel: place.channel,
      user: place.user,
      ...(place.root === null ? {} : { root: place.root }),
    };
    await sayTo(session, replyTo, "Slack did not open the window in time. Press the button again.");
  }
}
