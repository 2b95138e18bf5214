/** Sends mail through SMTP_URL and says in the outbox's terms what went wrong. */
import nodemailer from "nodemailer";
import { ChannelError, type SendFailure } from "../../src/core/ports/channel-error.ts";
import { refusalOf, type Stage } from "./refusal.ts";
import type { Rendered } from "./render.ts";

/** A file beside the words. */
export interface MailFile {
  filename: string;
  contentType: string;
  content: Buffer;
}

export interface OutMail extends Rendered {
  to: string;
  subject: string;
  /** Without angle brackets. The same for each attempt: a mail sent twice is one mail. */
  messageId: string;
  replyTo: string;
  /** Their mails, oldest first; the last one is answered. */
  references: readonly string[];
  files?: readonly MailFile[];
}

/** Outgoing mail; `close` ends the connections that are open. */
export interface Mailer {
  /** @throws ChannelError */
  send(mail: OutMail): Promise<void>;
  close(): void;
}

/** Waits at most 10 s for the connection and 30 s for an answer; reads no file and fetches no URL for a mail. */
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
          attachments: [...(mail.files ?? [])],
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

/** What the SDK throws, as far as it is read here. */
interface Thrown {
  /** Its own word: `EAUTH`, `EMESSAGE`. */
  code?: string;
  /** The command that was answered: `RCPT TO`; `API`: the SDK refused by itself. */
  command?: string;
  responseCode?: number;
  /** The server's reply, code and words. */
  response?: string;
  syscall?: string;
}

/** The SDK does not say how far a broken session came: only what never connected surely sent nothing. */
function channelErrorOf(cause: unknown): ChannelError {
  const thrown = cause as Thrown;
  const message = `mail server: ${cause instanceof Error ? cause.message : String(cause)}`;
  if (thrown.code === "EAUTH") {
    const failure: SendFailure = { type: "way", retryAfterMs: null };
    return new ChannelError("the mail server does not take the login", failure, { cause });
  }
  return new ChannelError(message, failureOf(thrown), { cause });
}

function failureOf({ code, command, responseCode, response, syscall }: Thrown): SendFailure {
  if (responseCode !== undefined) {
    const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? "")?.[1] ?? null;
    return refusalOf({ stage: stageOf(code, command), code: responseCode, enhanced });
  }
  // The SDK itself does not take the address: nothing was sent.
  if (code === "EENVELOPE") return { type: "place", gone: false };
  const neverConnected = code === "EDNS" || syscall === "connect";
  return { type: neverConnected ? "way" : "uncertain", retryAfterMs: null };
}

function stageOf(code: string | undefined, command: string | undefined): Stage {
  if (command === "MAIL FROM") return "sender";
  if (command === "RCPT TO") return "recipient";
  if (command === "DATA") return code === "EMESSAGE" ? "message" : "data";
  return "session";
}
