/** What taking a mail in needs and may come to; how a mail is dropped or put off. */
import type { Inlet } from "../../src/core/ports/channel.ts";
import type { MailSent, MailThread } from "../../src/core/store/notes.ts";
import type { Conversations } from "./conversations.ts";
import type { ParsedMail } from "./inbound.ts";
import type { EmailChannelOptions, MailboxOptions } from "./options.ts";
import type { MailParser } from "./parser.ts";
import type { Mailer } from "./send.ts";
import type { SenderLimit } from "./sender-limit.ts";

/** `mailer` is null where mail comes in but none goes out: refusals are then only logged. */
export interface Intake {
  options: Pick<EmailChannelOptions, "clock" | "log" | "runUrl" | "from">;
  inlet: Inlet;
  conversations: Conversations;
  parser: MailParser;
  mailer: Mailer | null;
  limit: SenderLimit;
  /** Mails since the start that were not meant for us, counted for whoever wonders why nothing came of one. */
  passedOver: Record<PassedOver, number>;
}

type PassedOver = "to_others" | "thanks";

/** What became of one mail, once it resolves. */
export type Taken =
  /** Durable. */
  | { type: "launched" | "told" | "answered"; runId: string; duplicate: boolean }
  /** The sender was told by mail why not. */
  | { type: "refused"; code: string }
  | { type: "dropped"; reason: string }
  /** From somebody who may write, and not meant for us: talk among people, or thanks. */
  | { type: "ignored" }
  /** Not now: the carrier keeps the mail and brings it again. `words`: why, for the operator of the carrier. */
  | { type: "later"; code: string; words: string };

/** A mail whose sender is proved and listed. */
export interface TrustedMail {
  mailbox: MailboxOptions;
  mail: ParsedMail;
  sender: string;
  /** The same for each delivery of this mail. */
  key: string;
}

/** A trusted mail that answers one of ours. */
export interface Reply extends TrustedMail {
  conversation: MailThread;
  sent: MailSent;
}

/** No bounce and no word to the sender: who is not proved may be anybody. */
export async function drop(
  intake: Intake,
  mailbox: MailboxOptions,
  sender: string,
  reason: string,
  detail = "",
): Promise<Taken> {
  intake.options.log.info({ mailbox: mailbox.name, reason, detail }, "mail dropped");
  await audit(intake, mailbox, sender, reason);
  return { type: "dropped", reason };
}

/** No word to the sender and no row in the audit: nobody is refused what they say to others. */
export function passOver({ options, passedOver }: Intake, { mailbox }: TrustedMail, why: PassedOver): Taken {
  passedOver[why] += 1;
  options.log.info({ mailbox: mailbox.name, why }, "mail passed over");
  return { type: "ignored" };
}

/** The mail stays with its carrier, who tries again: nothing of a person who may write is lost. */
export async function putOff(
  intake: Intake,
  mailbox: MailboxOptions,
  sender: string,
  { code, words }: { code: string; words: string },
): Promise<Taken> {
  intake.options.log.warn({ mailbox: mailbox.name, reason: code }, "mail put off");
  await audit(intake, mailbox, sender, code);
  return { type: "later", code, words };
}

async function audit({ options, inlet }: Intake, mailbox: MailboxOptions, sender: string, rule: string) {
  await inlet.store.audit({
    at: options.clock.now(),
    principal: `email:${sender.slice(0, 200)}`,
    action: "mail",
    resource: `mailbox:${mailbox.name}`,
    decision: "refused",
    rule,
  });
}
