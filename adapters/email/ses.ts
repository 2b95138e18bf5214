/** Mails from Amazon SES, carried by SNS with their content. */

import type { CarrierVerdict } from "./inbound.ts";
import {
  addresses,
  type CallReading,
  jsonObject,
  type ProviderCall,
  parseJson,
  text,
  Unreadable,
} from "./provider-call.ts";
import { isAmazonUrl, readSns, verifySns } from "./sns.ts";

interface SesMail {
  mail?: { messageId?: unknown; source?: unknown };
  receipt?: { recipients?: unknown } & { [verdict: string]: { status?: unknown } | undefined };
  content?: unknown;
}

/** Confirms a subscription of a listed topic by fetching its URL, which must be Amazon's. */
export async function readSes(
  topicArns: readonly string[],
  { body, now, fetchText }: ProviderCall,
): Promise<CallReading> {
  const message = readSns(jsonObject(body));
  if (!message || !(await verifySns(message, topicArns, now, fetchText))) return { type: "unauthentic" };
  if (message.Type === "SubscriptionConfirmation") {
    if (!message.SubscribeURL || !isAmazonUrl(message.SubscribeURL)) return { type: "unauthentic" };
    await fetchText(message.SubscribeURL);
    return { type: "done" };
  }
  const { mail, receipt, content } = parseJson(message.Message) as SesMail;
  if (typeof content !== "string" || !receipt)
    throw new Unreadable("no content: use an SNS action with the content");
  const passes = (name: string) => receipt[name]?.status === "PASS";
  const recipients = Array.isArray(receipt.recipients) ? receipt.recipients.join(",") : "";
  const verdict: CarrierVerdict = {
    by: "ses",
    dmarcPass: passes("dmarcVerdict"),
    clean: receipt.virusVerdict?.status !== "FAIL" && receipt.spamVerdict?.status !== "FAIL",
  };
  const source = text(mail?.source).toLowerCase();
  const envelope = {
    from: source,
    recipients: addresses(recipients),
    providerId: text(mail?.messageId) || null,
    verdict,
  };
  return { type: "mail", job: { kind: "raw", bytes: contentBytes(content) }, envelope, onceToken: null };
}

/** SNS actions send the mail as it is or in base64; a mail's first line has a colon, base64 has none. */
function contentBytes(content: string): Uint8Array {
  return Buffer.from(
    content,
    /^[A-Za-z0-9+/\r\n]+={0,2}\s*$/.test(content.slice(0, 1000)) ? "base64" : "utf8",
  );
}
