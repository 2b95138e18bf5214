/** Sends mail through SMTP_URL and says in the outbox's terms what went wrong. */
import nodemailer from "nodemailer";
import { ChannelError, type SendFailure } from "../../src/core/ports/channel-error.ts";
import type { Rendered } from "./render.ts";

export interface OutMail extends Rendered {
  to: string;
  subject: string;
  /** Without angle brackets. The same for each attempt: a mail sent twice is one mail. */
  messageId: string;
  replyTo: string;
  /** Their mails, oldest first; the last one is answered. */
  references: readonly string[];
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

/** The enhanced codes (RFC 3463) of a mailbox that is not there. */
const noMailbox = /^5\.1\.(?:1|2|3|6|10)$/;
/** … of a mail that is too large or of a form that is not taken. */
const notThisMail = /^5\.(?:2\.3|3\.4|6\.\d+)$/;
/**
 * Codes without more words: this mail is too large, or its addresses or parameters are of a form that is not taken.
 */
const ofBody = new Set([552, 555]);
/** … commands that are not known, or a login that is wanted. */
const ofWay = new Set([500, 501, 502, 503, 504, 521, 530, 534, 535, 538]);

/** The SDK does not say how far a broken session came: only what never connected surely sent nothing. */
function channelErrorOf(cause: unknown): ChannelError {
  const { responseCode, code, syscall, response } = cause as {
    responseCode?: number;
    code?: string;
    syscall?: string;
    response?: string;
  };
  const message = `mail server: ${cause instanceof Error ? cause.message : String(cause)}`;
  if (code === "EAUTH") {
    const failure: SendFailure = { type: "way", retryAfterMs: null };
    return new ChannelError("the mail server does not take the login", failure, { cause });
  }
  if (responseCode !== undefined) {
    const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? "")?.[1] ?? null;
    return new ChannelError(message, failureOf(responseCode, enhanced), { cause });
  }
  const neverConnected = code === "EDNS" || syscall === "connect";
  const type = neverConnected ? "way" : "uncertain";
  return new ChannelError(message, { type, retryAfterMs: null }, { cause });
}

/** `enhanced`: `5.1.1`, where the server says so much. A refusal that may be about the reader's server is kept. */
function failureOf(responseCode: number, enhanced: string | null): SendFailure {
  if (responseCode < 500 || ofWay.has(responseCode)) return { type: "way", retryAfterMs: null };
  if (enhanced !== null && noMailbox.test(enhanced)) return { type: "place", gone: true };
  if (enhanced === null ? ofBody.has(responseCode) : notThisMail.test(enhanced)) return { type: "body" };
  return { type: "place", gone: responseCode === 556 };
}
