/** What taking a mail needs and may come to; and how a mail is dropped. */
import type { Inlet } from "../../src/core/ports/channel.ts";
import type { ParsedMail } from "./inbound.ts";
import type { EmailChannelOptions, MailboxOptions } from "./options.ts";
import type { MailParser } from "./parser.ts";
import type { Mailer } from "./send.ts";
import type { SenderLimit } from "./sender-limit.ts";
import type { Threads } from "./threads.ts";

export interface Taker {
  options: Pick<EmailChannelOptions, "clock" | "log" | "runUrl" | "from">;
  inlet: Inlet;
  threads: Threads;
  parser: MailParser;
  mailer: Mailer | null;
  limit: SenderLimit;
}

export type Taken =
  /** Durable. */
  | { type: "launched" | "told" | "answered"; runId: string; duplicate: boolean }
  /** The sender was told by mail why not. */
  | { type: "refused"; code: string }
  | { type: "dropped"; reason: string }
  /** Not now: the carrier shall bring it again. */
  | { type: "later" };

/** A mail whose sender is proved and listed. */
export interface TrustedMail {
  mailbox: MailboxOptions;
  mail: ParsedMail;
  sender: string;
  /** The same for each delivery of this mail. */
  key: string;
}

/** No bounce and no word to the sender: who is not proved may be anybody. */
export async function drop(
  taker: Taker,
  mailbox: MailboxOptions,
  sender: string,
  reason: string,
  detail = "",
): Promise<Taken> {
  taker.options.log.info({ mailbox: mailbox.name, reason, detail }, "mail dropped");
  await taker.inlet.store.audit({
    at: taker.options.clock.now(),
    principal: `email:${sender.slice(0, 200)}`,
    action: "mail",
    resource: `mailbox:${mailbox.name}`,
    decision: "refused",
    rule: reason,
  });
  return { type: "dropped", reason };
}
