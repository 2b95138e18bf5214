/** Sends mail through SMTP_URL and says in the outbox's terms what went wrong. */
import nodemailer from "nodemailer";
import { ChannelError } from "../../src/core/ports/channel.ts";
import type { Rendered } from "./render.ts";

interface OutMail extends Rendered {
  to: string;
  subject: string;
  /** Without angle brackets. The same for each attempt: a mail sent twice is one mail. */
  messageId: string;
  replyTo: string;
  /** Their mails, oldest first; the last one is answered. */
  references: readonly string[];
}

export interface Mailer {
  /** @throws ChannelError */
  send(mail: OutMail): Promise<void>;
  close(): void;
}

export function smtpMailer(smtpUrl: string, from: { name: string; address: string }): Mailer {
  const transport = nodemailer.createTransport({
    url: smtpUrl,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      const answers = mail.references.at(-1);
      try {
        await transport.sendMail({
          from,
          to: { name: "", address: mail.to },
          replyTo: { name: from.name, address: mail.replyTo },
          subject: mail.subject.replace(/[\r\n\t]+/g, " ").slice(0, 200),
          text: mail.text,
          html: mail.html,
          messageId: `<${mail.messageId}>`,
          ...(answers === undefined
            ? {}
            : { inReplyTo: `<${answers}>`, references: mail.references.map((id) => `<${id}>`) }),
          headers: { "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All" },
        });
      } catch (error) {
        throw channelErrorOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** The SDK does not say how far a broken session came: only what never connected surely sent nothing. */
function channelErrorOf(cause: unknown): ChannelError {
  const { responseCode, code, syscall } = cause as { responseCode?: number; code?: string; syscall?: string };
  const message = `mail server: ${cause instanceof Error ? cause.message : String(cause)}`;
  if (code === "EAUTH") return new ChannelError("the mail server does not take the login", { cause });
  if (responseCode !== undefined) return new ChannelError(message, { permanent: responseCode >= 500, cause });
  const neverConnected = code === "EDNS" || syscall === "connect";
  return new ChannelError(message, { uncertain: !neverConnected, cause });
}
