/** The windows in which words are typed: opened, and kept open while what stands in them can't be taken. */

import { fillIn } from "../../../src/core/fill-in.ts";
import type { Inlet } from "../../../src/core/ports/channel.ts";
import { cut } from "../../../src/core/text/brief.ts";
import { thrown } from "../../../src/core/text/thrown.ts";
import { argumentInput } from "../draw/arguments.ts";
import { fieldInput } from "../draw/form.ts";
import { drawModal } from "../draw/modals.ts";
import { slackCode } from "../errors.ts";
import type { Parsed } from "../parsed.ts";
import { sayTo } from "../send/whisper.ts";
import type { Session } from "../session.ts";
import { within } from "../time-limit.ts";

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
    const code = slackCode(error) ?? thrown(error);
    session.options.log.warn({ channel: "slack", err: code }, "slack modal did not open");
    const replyTo = {
      channel: place.channel,
      user: place.user,
      ...(place.root === null ? {} : { root: place.root }),
    };
    await sayTo(session, replyTo, "Slack did not open the window in time. Press the button again.");
  }
}

/** The submission must be answered within three seconds: what takes longer is told afterwards, in private. */
const checkMs = 1500;
const longestError = 300;

/**
 * Words under the input whose argument can't be what was typed: the window stays open, and all that stands in it. What
 * is refused for any other reason is heard, and refused where all refusals are.
 */
export async function wrongInForm(
  { people, inlet }: Session,
  { inbound, blocks }: Extract<Parsed, { type: "inbound" }>,
): Promise<Record<string, string> | null> {
  const { intent, address, channel } = inbound;
  const [first] = blocks ?? [];
  if (intent.type === "answer" && first?.startsWith(fieldInput(""))) {
    return await within(checkMs, wrongField(inlet, intent, first), null);
  }
  if (intent.type !== "approve" || intent.input === null || first === undefined) return null;
  const { questionId, input } = intent;
  const via = address === null ? { channel } : { channel, address };
  const look = async () => {
    const actor = await people.identify(inbound.actor, checkMs);
    return actor === null ? null : await inlet.checkEdit({ questionId, input, actor, via });
  };
  const refusal = await within(checkMs, look(), null);
  if (refusal?.code !== "answer_invalid") return null;
  const named = refusal.argument === undefined ? first : argumentInput(refusal.argument);
  return { [blocks?.includes(named) ? named : first]: cut(refusal.message, longestError) };
}

/** Whether what was filled in fits: who may answer is decided where all answers are. */
async function wrongField(
  { store }: Inlet,
  { questionId, text, typed }: { questionId: string; text: string; typed?: readonly string[] },
  first: string,
): Promise<Record<string, string> | null> {
  const row = await store.question(questionId);
  const filled = row?.question.form === undefined ? null : fillIn(row.question.form, text, typed ?? []);
  if (filled === null || filled.ok) return null;
  const block = filled.field === null ? first : fieldInput(filled.field);
  return { [block]: cut(filled.message, longestError) };
}
