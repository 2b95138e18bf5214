/** Turns a mail provider's call into a mail to parse, once the call is proved to be the provider's. */

import { readMailgun, readSendgrid } from "./form-providers.ts";
import type { Attachment, MailHeader, MailJob } from "./inbound.ts";
import type { MailboxOptions } from "./options.ts";
import {
  addresses,
  type CallReading,
  jsonObject,
  type ProviderCall,
  text,
  Unreadable,
} from "./provider-call.ts";
import { readSes } from "./ses.ts";
import { claimsHmac, claimsSendgrid, verifyBasic, verifyBearer, verifyHmac } from "./verify.ts";

/** False: the head of a call alone shows that it is not the provider's, and nobody needs to read its body. */
export function mayBeAuthentic(
  { source }: MailboxOptions,
  { headers, secret, now }: Pick<ProviderCall, "headers" | "secret" | "now">,
): boolean {
  switch (source.kind) {
    case "raw":
      return headers.has("x-signature") ? claimsHmac(headers, now) : verifyBearer(headers, secret);
    case "postmark":
      return verifyBasic(headers, secret);
    case "sendgrid":
      return claimsSendgrid(headers, now);
    // Their proofs stand in the body.
    case "mailgun":
    case "ses":
      return true;
    case "smtp":
      return false;
  }
}

/** What can't be read is `unreadable`; it rejects only with what is no fault of the caller. */
export async function readCall(mailbox: MailboxOptions, call: ProviderCall): Promise<CallReading> {
  try {
    switch (mailbox.source.kind) {
      case "raw":
        return readRaw(call);
      case "postmark":
        return readPostmark(call);
      case "mailgun":
        return await readMailgun(call);
      case "sendgrid":
        return await readSendgrid(call);
      case "ses":
        return await readSes(mailbox.source.topicArns, call);
      case "smtp":
        return { type: "unauthentic" };
    }
  } catch (error) {
    if (error instanceof Unreadable) return { type: "unreadable", detail: error.message };
    throw error;
  }
}

/** Whoever can sign need not send the secret itself. */
function readRaw({ headers, body, secret, now }: ProviderCall): CallReading {
  const authentic = headers.has("x-signature")
    ? verifyHmac(headers, body, secret, now)
    : verifyBearer(headers, secret);
  if (!authentic) return { type: "unauthentic" };
  const envelope = {
    from: headers.get("x-envelope-from")?.replace(/[<>]/g, "").toLowerCase() ?? null,
    recipients: addresses(headers.get("x-envelope-to") ?? ""),
    providerId: null,
    verdict: { by: "headers" as const },
  };
  return { type: "mail", job: { kind: "raw", bytes: body }, envelope, onceToken: null };
}

function readPostmark({ headers, body, secret }: ProviderCall): CallReading {
  if (!verifyBasic(headers, secret)) return { type: "unauthentic" };
  const payload = jsonObject(body);
  const list = (name: string) => (Array.isArray(payload[name]) ? (payload[name] as unknown[]) : []);
  const mailHeaders = list("Headers").flatMap((header) => {
    const { Name, Value } = header as { Name?: unknown; Value?: unknown };
    return typeof Name === "string" && typeof Value === "string"
      ? [{ key: Name.toLowerCase(), value: Value }]
      : [];
  });
  // Postmark takes these out of Headers and gives them as fields.
  const fields: MailHeader[] = [
    { key: "from", value: text(payload.From) },
    { key: "to", value: text(payload.To) },
    { key: "subject", value: text(payload.Subject) },
  ].filter(({ key }) => !mailHeaders.some((header) => header.key === key));
  const envelope = {
    from: null,
    recipients: addresses(text(payload.OriginalRecipient)),
    providerId: text(payload.MessageID) || null,
    verdict: { by: "postmark" as const },
  };
  const job: MailJob = {
    kind: "parts",
    headers: [...mailHeaders, ...fields],
    text: text(payload.TextBody),
    html: text(payload.HtmlBody),
    reply: text(payload.StrippedTextReply) || null,
    attachments: list("Attachments").map(postmarkAttachment),
  };
  return { type: "mail", job, envelope, onceToken: null };
}

function postmarkAttachment(value: unknown): Attachment {
  const { Name, ContentType, ContentLength } = value as Record<string, unknown>;
  return { name: text(Name), type: text(ContentType), bytes: Number(ContentLength) || 0 };
}
