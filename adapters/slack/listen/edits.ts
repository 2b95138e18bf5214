/** What an edit comes to: a change of words that were heard, or the words themselves where they were not; a deletion. */
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { heardRow } from "../../../src/core/store/heard-row.ts";
import { takeBack } from "../../../src/core/store/taken-back.ts";
import type { Parsed } from "../parsed.ts";
import type { Session } from "../session.ts";
import { timeOf } from "./addressed.ts";
import { wasSaidToUs } from "./own-thread.ts";

type Heard = Extract<Parsed, { type: "inbound" }>;

/** Slack tries to deliver a message for a day at most: an older one has come, or never will. */
const deliverableMs = 24 * 3_600_000;

/** Of anything but an edit: itself. */
export async function asHeard(session: Session, parsed: Heard): Promise<Pick<Heard, "inbound" | "thread">> {
  const { changed, unheard } = parsed;
  if (unheard !== undefined) return (await isToCome(session, unheard.inbound)) ? unheard : parsed;
  if (changed === undefined) return parsed;
  const row = await heardRow(session.inlet.store, { source: "slack", key: parsed.inbound.key });
  // Words that were taken as an answer are no new ones, whatever an edit made of them.
  const isAnswer = row?.outcome === "answered" || row?.outcome === "asked";
  return isAnswer ? { inbound: changed, thread: null } : parsed;
}

/** Words that come to nothing any more, also where Slack delivers them after their deletion. */
export async function hearDeletion(
  session: Session,
  { key, said }: Extract<Parsed, { type: "deleted" }>,
): Promise<void> {
  const mayCome = async () => said !== null && (await isToCome(session, said));
  await takeBack(session.inlet.store, { source: "slack", key }, mayCome);
}

/**
 * The message itself has not come: Slack delivers it once more, with the words as they were first, after the edit. Then
 * it is known already. What was said among people before the bot was there never comes.
 */
async function isToCome(session: Session, { key, intent, replyTo }: Inbound): Promise<boolean> {
  const { ts = "", root } = replyTo;
  if (intent.type !== "message" || timeOf(ts) < session.options.clock.now() - deliverableMs) return false;
  if (!intent.addressed) {
    const isInOurs = ts !== root && (intent.thread === "ours" || (await wasSaidToUs(session, replyTo)));
    if (!isInOurs) return false;
  }
  return (await heardRow(session.inlet.store, { source: "slack", key })) === null;
}
