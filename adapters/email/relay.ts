/** Mail from the relay on this machine, into the mailbox that it is for. */
import type { Intake } from "./intake.ts";
import { listen, type MailListener, TryLater } from "./listener.ts";
import type { EmailChannelOptions } from "./options.ts";
import { takeMail } from "./receive.ts";

/** @throws Error when the place to listen at is not loopback or is taken */
export async function listenFor(
  options: EmailChannelOptions,
  where: NonNullable<EmailChannelOptions["listener"]>,
  intake: Intake,
): Promise<MailListener> {
  const boxes = options.mailboxes.filter(({ source }) => source.kind === "smtp");
  const mailboxOf = (recipient: string) =>
    boxes.find(({ address }) => belongsTo(recipient, address.toLowerCase()));
  return listen({
    ...where,
    hasMailbox: (recipient) => mailboxOf(recipient) !== undefined,
    async take(bytes, envelope) {
      const mailboxes = new Set(envelope.recipients.flatMap((recipient) => mailboxOf(recipient) ?? []));
      let later: string | null = null;
      // A mail is for one of ours: the first that listens to its sender, and to which it is more than a copy.
      for (const mailbox of mailboxes) {
        const job = { kind: "raw", bytes } as const;
        const taken = await takeMail(intake, mailbox, { job, envelope, onceToken: null });
        if (taken.type === "later") later ??= taken.words;
        else if (taken.type !== "dropped" && taken.type !== "ignored") return;
      }
      if (later !== null) throw new TryLater(later);
    },
  });
}

/** `agent@example.com` itself, or with a `+token`. */
function belongsTo(recipient: string, address: string): boolean {
  const [local = "", domain = ""] = address.split("@");
  return recipient === address || (recipient.startsWith(`${local}+`) && recipient.endsWith(`@${domain}`));
}
