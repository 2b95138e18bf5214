/** A mail to the sender alone that says why their mail did nothing. */
import type { Refusal } from "../../src/core/command.ts";
import type { MailSent, MailThread } from "../../src/core/store/notes.ts";
import type { Intake, Taken, TrustedMail } from "./intake.ts";
import { renderWords } from "./render.ts";

/**
 * Best effort: a refusal is not worth a second try. `sent`: the mail of ours that a reply to this one still answers.
 */
export async function refuse(
  intake: Intake,
  trusted: TrustedMail,
  conversation: MailThread,
  refusal: Pick<Refusal, "code" | "message">,
  sent: MailSent | null,
): Promise<Taken> {
  const { options, conversations, inlet, mailer } = intake;
  options.log.info({ mailbox: trusted.mailbox.name, code: refusal.code }, "mail refused");
  if (mailer && (await intake.limit.mayTell(trusted.sender))) {
    const token = conversations.sentToken(`refusal/${trusted.key}`);
    try {
      if (sent) await conversations.saveSent(inlet, token, sent);
      await mailer.send({
        to: trusted.sender,
        subject: replySubject(conversation.subject || trusted.mail.subject),
        ...renderWords(refusal.message),
        messageId: conversations.messageId(token),
        replyTo: sent ? conversations.replyAddress(token) : options.from.address,
        references: conversation.messageIds,
      });
    } catch (error) {
      options.log.warn({ err: error }, "mail refusal not sent");
    }
  }
  return { type: "refused", code: refusal.code };
}

/** One `Re:` in front, whatever case it has already. */
export function replySubject(subject: string): string {
  return /^re:/i.test(subject) ? subject : `Re: ${subject}`;
}
