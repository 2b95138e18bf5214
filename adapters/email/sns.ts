/** Amazon SNS messages: signature, certificate host, topic. docs.aws.amazon.com/sns, "Verifying the signatures". */
import { createVerify } from "node:crypto";

/** The fields of the JSON that SNS posts, under Amazon's own names. */
export interface SnsMessage {
  Type: "Notification" | "SubscriptionConfirmation";
  MessageId: string;
  TopicArn: string;
  Message: string;
  Timestamp: string;
  SignatureVersion: string;
  Signature: string;
  SigningCertURL: string;
  Subject?: string;
  SubscribeURL?: string;
  Token?: string;
}

const signedFields = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: [
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
  ],
} as const;

/** Only these hosts say who SNS is, and only they are asked to confirm. */
const amazonHost = /^sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?$/;
const MAX_AGE_MS = 3_600_000;

/** HTTPS, the usual port, no credentials, and an SNS host of Amazon's. */
export function isAmazonUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === "https:" && url.port === "" && url.username === "" && amazonHost.test(url.hostname);
}

/** Null for what lacks a field or has one of another type; the signature is not checked here. */
export function readSns(value: unknown): SnsMessage | null {
  if (typeof value !== "object" || value === null) return null;
  const message = value as Record<string, unknown>;
  const type = message.Type;
  if (type !== "Notification" && type !== "SubscriptionConfirmation") return null;
  const needed = [
    "MessageId",
    "TopicArn",
    "Message",
    "Timestamp",
    "SignatureVersion",
    "Signature",
    "SigningCertURL",
  ];
  if (needed.some((name) => typeof message[name] !== "string")) return null;
  const optional = ["Subject", "SubscribeURL", "Token"];
  if (optional.some((name) => message[name] !== undefined && typeof message[name] !== "string")) return null;
  return value as SnsMessage;
}

/** `fetchText` is asked for the certificate only after its URL was found to be Amazon's. */
export async function verifySns(
  message: SnsMessage,
  topicArns: readonly string[],
  now: number,
  fetchText: (url: string) => Promise<string>,
): Promise<boolean> {
  if (!topicArns.includes(message.TopicArn) || !isAmazonUrl(message.SigningCertURL)) return false;
  // SNS retries for up to an hour; older ones are replays.
  if (!(Math.abs(now - Date.parse(message.Timestamp)) <= MAX_AGE_MS)) return false;
  const algorithm = { "1": "RSA-SHA1", "2": "RSA-SHA256" }[message.SignatureVersion];
  if (algorithm === undefined) return false;
  const certificate = await fetchText(message.SigningCertURL);
  try {
    return createVerify(algorithm).update(toSign(message)).verify(certificate, message.Signature, "base64");
  } catch {
    return false;
  }
}

function toSign(message: SnsMessage): string {
  const present = signedFields[message.Type].filter(
    (name) => (message as unknown as Record<string, unknown>)[name] !== undefined,
  );
  return present.map((name) => `${name}\n${(message as unknown as Record<string, string>)[name]}\n`).join("");
}
