/** One inbound mail, whoever carried it. */

export interface Mailbox {
  address: string;
  name: string;
}

/** One header of a mail, unfolded and decoded. */
export interface MailHeader {
  /** Lower case. */
  key: string;
  value: string;
}

/** What is told of an attachment; its content is never read. `bytes`: its size. */
export interface Attachment {
  name: string;
  type: string;
  bytes: number;
}

/** What a mail says, parsed within limits. None of it is proved. */
export interface ParsedMail {
  /** In their order, topmost first. */
  headers: readonly MailHeader[];
  /** All addresses of all From headers; a proper mail has one. Addresses in lower case. */
  from: readonly Mailbox[];
  messageId: string | null;
  inReplyTo: string | null;
  references: readonly string[];
  subject: string;
  /** The sender's own words: without quotes and signature. */
  own: string;
  quoted: string;
  /** SHA-256 of the text as it came, in hex: the same for each delivery, whatever is made of it. */
  digest: string;
  attachments: readonly Attachment[];
  /** It says that another mail could not be delivered; missing: it says no such thing. */
  bounce?: Bounce;
}

/** What a report says of the mail that could not be delivered. `status`: of RFC 3463, `5.1.1`. */
export interface Bounce {
  /** Message-IDs of what came back with the report. */
  messageIds: readonly string[];
  status: string | null;
}

/** What the carrier knows, and its sender can't write. */
export interface Envelope {
  /** "" for bounces; null when the carrier does not say. */
  from: string | null;
  /** To whom it was delivered, in lower case. */
  recipients: readonly string[];
  /** The carrier's id, for mails without a Message-ID. */
  providerId: string | null;
  verdict: CarrierVerdict;
}

/**
 * What proves the sender: `headers` means our own MTA's Authentication-Results, the others are said by the provider
 * outside of the mail.
 */
export type CarrierVerdict =
  | { by: "headers" }
  | { by: "ses"; dmarcPass: boolean; clean: boolean }
  | { by: "sendgrid"; dkim: string }
  | { by: "mailgun" }
  | { by: "postmark" };

/** What the parsing thread is given. */
export type MailJob =
  | { kind: "raw"; bytes: Uint8Array }
  | {
      kind: "parts";
      headers: readonly MailHeader[];
      text: string | null;
      html: string | null;
      /** The provider's own idea of the reply without quotes. */
      reply: string | null;
      attachments: readonly Attachment[];
    };

/** Every header of this name, in the order of the mail. `key` in lower case. */
export function headerValues(mail: Pick<ParsedMail, "headers">, key: string): string[] {
  return mail.headers.filter((header) => header.key === key).map((header) => header.value);
}

/** The first header of this name, or null. `key` in lower case. */
export function headerValue(mail: Pick<ParsedMail, "headers">, key: string): string | null {
  return headerValues(mail, key)[0] ?? null;
}

/** In lower case; the whole text when it has no `@`. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
