/** What one provider of mail alone does: its published vector, its character sets, its tokens, its subscriptions. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isAmazonUrl } from "../../../adapters/email/sns.ts";
import { verifySendgrid } from "../../../adapters/email/verify.ts";
import { providerBench } from "../../support/mail/provider-bench.ts";
import {
  formOf,
  forms,
  marked,
  seconds,
  secrets,
  sendgridFields,
  signedBySendgrid,
  snsOf,
  withRawField,
} from "../../support/mail/providers.ts";

const at = providerBench();
const { deliver, fetched } = at;

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
  expect(at.bench.inlet.launches.at(-1)?.launch.task).toBe("Grüße");
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
  const launch = at.bench.inlet.launches.at(-1)?.launch;
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
  expect(at.bench.inlet.auditRows.at(-1)).toMatchObject({ rule: "replayed" });
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
  expect((await at.bench.channel.handle(new Request("https://belay.example/mail/raw")))?.status).toBe(405);
  expect(at.bench.channel.handle(new Request("https://belay.example/agent/launch"))).toBeNull();
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
