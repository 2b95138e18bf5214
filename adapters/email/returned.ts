/** A mail of ours that came back: the run is told, once, and nothing else follows from it. */
import type { Envelope, ParsedMail } from "./inbound.ts";
import type { Intake, Taken } from "./intake.ts";
import type { MailboxOptions } from "./options.ts";
import { isFromNobody } from "./trust.ts";

/**
 * Nothing but that it came back is taken from it, in our own words: whoever was sent the mail, and the servers between,
 * know its Message-ID and could say so. It answers nothing, starts nothing, and no mail is sent for it. null: it is no
 * mail of ours that came back.
 */
export async function takeBounce(
  { inlet, conversations, options }: Intake,
  mailbox: MailboxOptions,
  mail: ParsedMail,
  { from }: Envelope,
): Promise<Taken | null> {
  const { bounce } = mail;
  if (bounce === undefined || !isFromNobody(mail, from)) return null;
  const returned = { recipients: [], inReplyTo: null, references: bounce.messageIds };
  const sent = await conversations.answered(inlet, returned);
  if (sent === null || (await inlet.store.run(sent.runId)) === null) return null;
  const { runId, questionId, to, address } = sent;
  const reason = reasonOf(bounce.status);
  options.log.warn({ mailbox: mailbox.name, run: runId, question: questionId, to, reason }, "mail came back");
  if (questionId !== null) await inlet.returned({ runId, questionId, address, to, reason });
  return { type: "told", runId, duplicate: false };
}

/** Of a status of RFC 3463, by its subject and its detail. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^5\.1\./, "there is no such mailbox"],
  [/^[45]\.2\.2$/, "the mailbox is full"],
  [/^[45]\.2\./, "the mailbox takes no mail"],
  [/^[45]\.3\.4$/, "the mail is too large for it"],
  [/^[45]\.4\./, "its mail server could not be reached"],
  [/^[45]\.7\./, "its mail server refuses our mail"],
];

function reasonOf(status: string | null): string {
  const known = reasons.find(([pattern]) => pattern.test(status ?? ""))?.[1];
  if (status === null) return "its mail server did not say why";
  return known === undefined ? `its mail server says ${status}` : `${known} (${status})`;
}
