/** Mail from every provider, in its own form and under its own proof: the same mail, the same run. */
import { createHmac, createSign, generateKeyPairSync, sign } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { MailSource } from "../../../adapters/email/options.ts";
import { isAmazonUrl } from "../../../adapters/email/sns.ts";
import { verifySendgrid } from "../../../adapters/email/verify.ts";
import { selfSigned } from "../../support/certificate.ts";
import { eml, type MailBench, mailBench, mailbox, mailClock } from "../../support/mail/bench.ts";
import { takenApart } from "../../support/mail/world.ts";

const topic = "arn:aws:sns:eu-central-1:123456789012:mail";
const certUrl = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem";
const sendgrid = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const secrets = {
  RAW: "raw-secret",
  POSTMARK: "belay:postmark-password",
  MAILGUN: "mailgun-signing-key",
  SENDGRID: sendgrid.publicKey.export({ format: "der", type: "spki" }).toString("base64"),
  SES: topic,
};

const sns = selfSigned("sns.amazonaws.com");
let b: MailBench;
const fetched: string[] = [];

beforeAll(async () => {
  const sources: MailSource[] = [
    { kind: "raw" },
    { kind: "postmark" },
    { kind: "mailgun" },
    { kind: "sendgrid" },
    { kind: "ses", topicArns: [topic] },
  ];
  const mailboxes = sources.map((source) =>
    mailbox({
      name: source.kind,
      source,
      secretEnv: source.kind === "ses" ? null : source.kind.toUpperCase(),
    }),
  );
  b = await mailBench(mailboxes, {
    secrets,
    listener: null,
    fetchText: async (url) => {
      fetched.push(url);
      return sns.certificate;
    },
  });
});
afterAll(() => b[Symbol.asyncDispose]());

/** Each test has its own hour: what one sender may start in one is tested elsewhere. */
beforeEach(() => {
  mailClock.at += 3_600_000;
});

type Sent = { body: BodyInit; headers: Record<string, string> };
const seconds = () => String(Math.floor(mailClock.now() / 1000));

async function deliver(
  name: string,
  { body, headers }: Sent,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const request = new Request(`https://belay.example/mail/${name}`, { method: "POST", body, headers });
  const response = await b.channel.handle(request);
  if (!response) throw new Error("not a mail path");
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A mail by name → what the provider sends for it. `id` makes it another mail. */
const forms: Record<string, (name: string, id: string) => Promise<Sent> | Sent> = {
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

function sendgridFields(name: string): Record<string, string> {
  return {
    dkim: name === "forged" ? "{@evil.example : pass}" : "{@example.com : pass}",
    envelope: JSON.stringify({ to: ["agent@belay.example"], from: fromOf(name) }),
  };
}

/** As SendGrid writes a form: one field has the bytes of the mail, whatever they are. */
function withRawField(fields: Record<string, string>, raw: string, bytes: Uint8Array): Buffer {
  const field = (name: string, value: Uint8Array) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
    value,
    Buffer.from("\r\n"),
  ];
  const texts = Object.entries(fields).flatMap(([name, value]) => field(name, Buffer.from(value)));
  return Buffer.concat([...texts, ...field(raw, bytes), Buffer.from(`--${boundary}--\r\n`)]);
}

function signedBySendgrid(body: Buffer): Sent {
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

function marked(name: string, id: string): Buffer {
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

async function formOf(form: FormData): Promise<Sent> {
  const response = new Response(form);
  return {
    body: new Uint8Array(await response.arrayBuffer()),
    headers: { "content-type": response.headers.get("content-type") ?? "" },
  };
}

function snsOf(message: object, change: Record<string, string> = {}): Sent {
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

/** Mails by name → the task that they are, whoever carries them. */
const tasks: [string, string][] = [
  ["gmail-top-posted", "Re: Which version should I deploy?\n\nTake v1.2.4, please. Grüße"],
  ["thunderbird-bottom-posted", "Re: Which version should I deploy?\n\nv1.2.4, after lunch"],
  ["outlook-top-posted", "RE: Which version should I deploy?\n\nTake v1.2.4 – it’s tested."],
  ["apple-html-only", "Re: Which version should I deploy?\n\nv1.2.4 & nothing else"],
  ["german-latin1", "AW: Version für Staging\n\nBitte v1.2.4, für Staging genügt das."],
  ["attachment", "Read this log\n\nWhy does the deploy fail?"],
  ["forwarded", "Fwd: urgent\n\nIs this real?"],
];

describe.each(Object.keys(forms))("%s", (provider) => {
  const send = async (name: string, id: string) =>
    deliver(provider, await (forms[provider] as (typeof forms)[string])(name, id));

  test.each(tasks)("%s starts one run with their own words, also when it comes twice", async (name, task) => {
    const before = b.inlet.launches.length;
    const first = await send(name, `${provider}-${name}`);
    expect(first, JSON.stringify(b.inlet.auditRows.at(-1))).toMatchObject({
      status: 200,
      body: { run_id: expect.any(String) },
    });
    expect(await send(name, `${provider}-${name}`)).toMatchObject({
      status: 200,
      body: { duplicate: true },
    });
    expect(b.inlet.launches.length - before).toBe(1);
    const launch = b.inlet.launches.at(-1)?.launch;
    expect(launch).toMatchObject({ task, actor: { principal: "email:dana@example.com" } });
    if (name === "attachment") expect(launch?.context[0]?.text).toContain("11 bytes");
  });

  test.each(["auto-reply", "forged", "bounce"])("%s is dropped, and looks taken", async (name) => {
    const before = b.inlet.launches.length;
    expect(await send(name, `${provider}-${name}`)).toEqual({ status: 200, body: { taken: true } });
    expect(b.inlet.launches).toHaveLength(before);
  });

  test("without its proof, or with a changed one, it is refused", async () => {
    const before = b.inlet.auditRows.length;
    const good = await (forms[provider] as (typeof forms)[string])("forwarded", "unproved");
    const { authorization, "x-twilio-email-event-webhook-signature": signature, ...rest } = good.headers;
    if (authorization ?? signature)
      expect(await deliver(provider, { ...good, headers: rest })).toMatchObject({ status: 401 });
    const changed: Record<string, string> = authorization
      ? { authorization: authorization.replace(" ", " x") }
      : {};
    const body =
      typeof good.body === "string"
        ? good.body.replace("SignatureVersion", "X")
        : tampered(good.body as Uint8Array);
    expect(
      await deliver(provider, {
        body: authorization ? good.body : body,
        headers: { ...good.headers, ...changed },
      }),
    ).toMatchObject({ status: 401 });
    expect(b.inlet.auditRows).toHaveLength(before);
  });
});

/** Another token than the one that was signed, or any other byte. */
function tampered(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.from(
      Buffer.from(body).toString("latin1").replace("token-", "taken-").replace("agent@", "agemt@"),
      "latin1",
    ),
  );
}

test("SendGrid's published vector", () => {
  const key =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";
  const headers = new Headers({
    "x-twilio-email-event-webhook-signature":
      "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=",
    "x-twilio-email-event-webhook-timestamp": "1588788367",
  });
  const body = Buffer.from(
    JSON.stringify({ category: "example_payload", event: "test_event", message_id: "message_id" }),
  );
  expect(verifySendgrid(headers, body, key, 1588788367_000)).toBe(true);
  expect(verifySendgrid(headers, body, key, 1588788367_000 + 301_000)).toBe(false);
  expect(verifySendgrid(headers, Buffer.from("{}"), key, 1588788367_000)).toBe(false);
  expect(verifySendgrid(headers, body, "no key", 1588788367_000)).toBe(false);
});

test("SendGrid's fields are read in the character set that it names", async () => {
  const fields = {
    ...sendgridFields("german"),
    headers: "From: dana@example.com\nTo: agent@belay.example\nMessage-ID: <charset@example.com>",
    charsets: JSON.stringify({ text: "iso-8859-1", html: "no-such-set" }),
  };
  const text = Buffer.from("Grüße", "latin1");
  expect((await deliver("sendgrid", signedBySendgrid(withRawField(fields, "text", text)))).status).toBe(200);
  expect(b.inlet.launches.at(-1)?.launch.task).toBe("Grüße");
});

test("a provider's shorter idea of the reply loses no words", async () => {
  const timestamp = seconds();
  const signature = createHmac("sha256", secrets.MAILGUN).update(`${timestamp}token-short`).digest("hex");
  const headers = [
    ["From", "Dana <dana@example.com>"],
    ["Subject", "Two things"],
    ["Message-ID", "<short@example.com>"],
    ["X-Mailgun-Dkim-Check-Result", "Pass"],
    ["Dkim-Signature", "v=1; d=example.com; s=s1"],
  ];
  const form = new FormData();
  const fields = {
    ...{ timestamp, token: "token-short", signature },
    sender: "dana@example.com",
    recipient: "agent@belay.example",
    "body-plain": "First thing.\n\nOn second thoughts, the other one:\n\nstaging\n\n> quoted",
    "stripped-text": "First thing.",
    "message-headers": JSON.stringify(headers),
  };
  for (const [key, value] of Object.entries(fields)) form.set(key, value);
  expect((await deliver("mailgun", await formOf(form))).body).toMatchObject({ run_id: expect.any(String) });
  const launch = b.inlet.launches.at(-1)?.launch;
  expect(launch?.task).toBe("Two things\n\nFirst thing.\n\nOn second thoughts, the other one:\n\nstaging");
  expect(launch?.context[0]?.text).toContain("> quoted");
});

test("Mailgun's token vouches for one mail only", async () => {
  const first = await (forms.mailgun as (typeof forms)[string])("forwarded", "once");
  expect((await deliver("mailgun", first)).body).toMatchObject({ run_id: expect.any(String) });
  const other = Buffer.from(first.body as Uint8Array)
    .toString("latin1")
    .replace("Is this real?", "Restart all of it");
  const replay = { ...first, body: new Uint8Array(Buffer.from(other, "latin1")) };
  expect(await deliver("mailgun", replay)).toEqual({ status: 200, body: { taken: true } });
  expect(b.inlet.auditRows.at(-1)).toMatchObject({ rule: "replayed" });
});

test("a raw mail may be signed instead; an old signature is refused", async () => {
  const body = new Uint8Array(marked("forwarded", "hmac"));
  const signedAt = (stamp: string) => ({
    "x-timestamp": stamp,
    "x-signature": `sha256=${createHmac("sha256", secrets.RAW).update(`${stamp}.`).update(body).digest("hex")}`,
  });
  expect((await deliver("raw", { body, headers: signedAt(seconds()) })).body).toMatchObject({
    run_id: expect.any(String),
  });
  expect(await deliver("raw", { body, headers: signedAt(String(Number(seconds()) - 301)) })).toMatchObject({
    status: 401,
  });
});

describe("SNS", () => {
  const subscription = (change: Record<string, string> = {}) =>
    snsOf(
      {},
      {
        Type: "SubscriptionConfirmation",
        Token: "t",
        SubscribeURL: "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription",
        ...change,
      },
    );

  test("a subscription to a listed topic is confirmed", async () => {
    expect(await deliver("ses", subscription())).toEqual({ status: 200, body: { done: true } });
    expect(fetched.at(-1)).toBe("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription");
  });

  test("another topic, another host's certificate, another version, an old message: refused, and nothing is fetched", async () => {
    const before = fetched.length;
    const wrong = [
      { TopicArn: "arn:aws:sns:eu-central-1:999999999999:mail" },
      { SigningCertURL: "https://evil.example/cert.pem" },
      { SignatureVersion: "3" },
      { Timestamp: "2026-11-01T00:00:00Z" },
    ];
    for (const change of wrong)
      expect(
        await deliver("ses", subscription(change as Record<string, string>)),
        JSON.stringify(change),
      ).toMatchObject({ status: 401 });
    expect(fetched).toHaveLength(before);
  });

  test("a subscribe URL of another host is not visited", async () => {
    expect(await deliver("ses", subscription({ SubscribeURL: "https://evil.example/" }))).toMatchObject({
      status: 401,
    });
    expect(fetched).not.toContain("https://evil.example/");
  });

  test.each([
    "http://sns.eu-central-1.amazonaws.com/x",
    "https://sns.eu-central-1.amazonaws.com.evil.example/",
    "https://sns.eu-central-1.amazonaws.com@evil.example/",
    "https://s3.amazonaws.com/x",
    "https://sns.eu-central-1.amazonaws.com:8443/",
    "no url",
  ])("%s is not Amazon's", (url) => {
    expect(isAmazonUrl(url)).toBe(false);
  });
});

test("unknown names, other methods, compressed or huge bodies, other shapes", async () => {
  const auth = { authorization: `Bearer ${secrets.RAW}` };
  expect(await deliver("nobody", { body: "x", headers: auth })).toMatchObject({ status: 404 });
  expect((await b.channel.handle(new Request("https://belay.example/mail/raw")))?.status).toBe(405);
  expect(b.channel.handle(new Request("https://belay.example/agent/launch"))).toBeNull();
  expect(await deliver("raw", { body: "x", headers: { ...auth, "content-encoding": "gzip" } })).toMatchObject(
    { status: 415 },
  );
  expect(await deliver("raw", { body: new Uint8Array(15 * 1024 * 1024), headers: auth })).toMatchObject({
    status: 413,
  });
  const basic = { authorization: `Basic ${btoa(secrets.POSTMARK)}` };
  for (const body of ["[]", "null", "{", ""]) {
    expect(await deliver("postmark", { body, headers: basic }), body).toMatchObject({
      status: 400,
      body: { code: "unreadable" },
    });
  }
  expect(
    await deliver("mailgun", { body: "{}", headers: { "content-type": "application/json" } }),
  ).toMatchObject({ status: 400 });
});
