/** What each provider of mail sends for a mail, signed as it signs. */
import { createHmac, createSign, generateKeyPairSync, sign } from "node:crypto";
import { selfSigned } from "../certificate.ts";
import { eml, mailClock } from "./bench.ts";
import { takenApart } from "./world.ts";

export const topic = "arn:aws:sns:eu-central-1:123456789012:mail";
const certUrl = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem";
const sendgrid = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
export const secrets = {
  RAW: "raw-secret",
  POSTMARK: "belay:postmark-password",
  MAILGUN: "mailgun-signing-key",
  SENDGRID: sendgrid.publicKey.export({ format: "der", type: "spki" }).toString("base64"),
  SES: topic,
};

export const sns = selfSigned("sns.amazonaws.com");

export type Sent = { body: BodyInit; headers: Record<string, string> };
export const seconds = () => String(Math.floor(mailClock.now() / 1000));

/** A mail by name → what the provider sends for it. `id` makes it another mail. */
export const forms: Record<string, (name: string, id: string) => Promise<Sent> | Sent> = {
  raw: (name, id) => ({
    body: new Uint8Array(marked(name, id)),
    headers: {
      authorization: `Bearer ${secrets.RAW}`,
      "x-envelope-to": "agent@belay.example",
      "x-envelope-from": fromOf(name),
    },
  }),

  postmark: async (name, id) => {
    const { mail, headers } = await apart(name, id);
    const spf =
      name === "forged"
        ? "Fail (sender not authorized) identity=mailfrom; envelope-from=dana@example.com"
        : "Pass (sender SPF authorized) identity=mailfrom; envelope-from=dana@example.com";
    const others = headers.filter(([key]) => !["from", "to", "subject"].includes(key.toLowerCase()));
    const body = JSON.stringify({
      From: mail.from?.text,
      To: "agent@belay.example",
      Subject: mail.subject,
      OriginalRecipient: "agent@belay.example",
      MessageID: `pm-${id}`,
      TextBody: mail.text ?? "",
      HtmlBody: mail.html || "",
      StrippedTextReply: "",
      Headers: [["Received-SPF", spf], ...others].map(([Name, Value]) => ({ Name, Value })),
      Attachments: mail.attachments.map(({ filename, contentType, size, content }) => ({
        Name: filename,
        Content: content.toString("base64"),
        ContentType: contentType,
        ContentLength: size,
      })),
    });
    return {
      body,
      headers: { "content-type": "application/json", authorization: `Basic ${btoa(secrets.POSTMARK)}` },
    };
  },

  mailgun: async (name, id) => {
    const { mail, headers } = await apart(name, id);
    const timestamp = seconds();
    const token = `token-${name}-${id}`;
    const form = new FormData();
    const proof: [string, string][] = [
      ["X-Mailgun-Dkim-Check-Result", name === "forged" ? "Fail" : "Pass"],
      ["Dkim-Signature", "a=rsa-sha256; v=1; d=example.com; s=s1"],
    ];
    const fields = {
      timestamp,
      token,
      signature: createHmac("sha256", secrets.MAILGUN)
        .update(timestamp + token)
        .digest("hex"),
      sender: fromOf(name),
      recipient: "agent@belay.example",
      "body-plain": mail.text ?? "",
      "body-html": mail.html || "",
      "message-headers": JSON.stringify([...headers, ...proof]),
    };
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    for (const [index, { filename = "", contentType, content }] of mail.attachments.entries())
      form.set(
        `attachment-${index + 1}`,
        new File([new Uint8Array(content)], filename, { type: contentType }),
      );
    return formOf(form);
  },

  sendgrid: (name, id) => signedBySendgrid(withRawField(sendgridFields(name), "email", marked(name, id))),

  ses: (name, id) =>
    snsOf({
      notificationType: "Received",
      mail: { messageId: `ses-${id}`, source: fromOf(name) },
      receipt: {
        recipients: ["agent@belay.example"],
        dmarcVerdict: { status: name === "forged" ? "FAIL" : "PASS" },
        spamVerdict: { status: "PASS" },
      },
      content: marked(name, id).toString("base64"),
    }),
};

const boundary = "belay-test-boundary";

export function sendgridFields(name: string): Record<string, string> {
  return {
    dkim: name === "forged" ? "{@evil.example : pass}" : "{@example.com : pass}",
    envelope: JSON.stringify({ to: ["agent@belay.example"], from: fromOf(name) }),
  };
}

/** As SendGrid writes a form: one field has the bytes of the mail, whatever they are. */
export function withRawField(fields: Record<string, string>, raw: string, bytes: Uint8Array): Buffer {
  const field = (name: string, value: Uint8Array) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
    value,
    Buffer.from("\r\n"),
  ];
  const texts = Object.entries(fields).flatMap(([name, value]) => field(name, Buffer.from(value)));
  return Buffer.concat([...texts, ...field(raw, bytes), Buffer.from(`--${boundary}--\r\n`)]);
}

export function signedBySendgrid(body: Buffer): Sent {
  const stamp = seconds();
  const signature = sign("sha256", Buffer.concat([Buffer.from(stamp), body]), sendgrid.privateKey);
  return {
    body: new Uint8Array(body),
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "x-twilio-email-event-webhook-timestamp": stamp,
      "x-twilio-email-event-webhook-signature": signature.toString("base64"),
    },
  };
}

export function marked(name: string, id: string): Buffer {
  const raw = eml(name)
    .toString("latin1")
    .replace(/^Message-I[Dd]: .*$/m, `Message-ID: <${id}@example.com>`);
  return Buffer.from(raw, "latin1");
}

function fromOf(name: string): string {
  return name === "bounce" ? "" : "dana@example.com";
}

/** What a provider finds in the mail, by a parser that is not ours; header fields as they stand in it. */
async function apart(name: string, id: string) {
  const mail = await takenApart(marked(name, id));
  const headers = mail.headerLines.map(({ line }): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { mail, headers };
}

export async function formOf(form: FormData): Promise<Sent> {
  const response = new Response(form);
  return {
    body: new Uint8Array(await response.arrayBuffer()),
    headers: { "content-type": response.headers.get("content-type") ?? "" },
  };
}

export function snsOf(message: object, change: Record<string, string> = {}): Sent {
  const fields: Record<string, string> = {
    Type: "Notification",
    MessageId: "m-1",
    TopicArn: topic,
    Message: JSON.stringify(message),
    Timestamp: new Date(mailClock.now()).toISOString(),
    SignatureVersion: "2",
    SigningCertURL: certUrl,
    ...change,
  };
  const names =
    fields.Type === "Notification"
      ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
      : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  const text = names
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name}\n${fields[name]}\n`)
    .join("");
  const Signature = createSign("RSA-SHA256").update(text).sign(sns.key, "base64");
  return {
    body: JSON.stringify({ Signature, ...fields }),
    headers: { "content-type": "text/plain; charset=UTF-8" },
  };
}
