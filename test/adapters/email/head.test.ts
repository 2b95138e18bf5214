/** What the head of a provider's call shows to be forged is refused before a byte of its mail is read. */
import { expect, test } from "vitest";
import type { MailboxOptions } from "../../../adapters/email/options.ts";
import { mayBeAuthentic } from "../../../adapters/email/providers.ts";
import { mailbox } from "../../support/mail/bench.ts";

const now = 1_700_000_000_000;
const [fresh, old] = ["1700000000", "1600000000"];
const signed = `sha256=${"0".repeat(64)}`;
const basic = `Basic ${Buffer.from("a:secret").toString("base64")}`;

const sendgrid = (stamp: string, signature = "MEUC") => ({
  "x-twilio-email-event-webhook-signature": signature,
  "x-twilio-email-event-webhook-timestamp": stamp,
});

/** [source, its secret, headers, whether the body has to be read] */
const calls: [MailboxOptions["source"], string, Record<string, string>, boolean][] = [
  [{ kind: "postmark" }, "a:secret", {}, false],
  [{ kind: "postmark" }, "a:secret", { authorization: "Basic Z3Vlc3NlZA==" }, false],
  [{ kind: "postmark" }, "a:secret", { authorization: basic }, true],
  [{ kind: "raw" }, "secret", {}, false],
  [{ kind: "raw" }, "secret", { authorization: "Bearer guessed" }, false],
  [{ kind: "raw" }, "secret", { authorization: "Bearer secret" }, true],
  [{ kind: "raw" }, "secret", { "x-signature": "sha256=00", "x-timestamp": fresh }, false],
  [{ kind: "raw" }, "secret", { "x-signature": signed, "x-timestamp": old }, false],
  [{ kind: "raw" }, "secret", { "x-signature": signed, "x-timestamp": fresh }, true],
  [{ kind: "sendgrid" }, "key", {}, false],
  [{ kind: "sendgrid" }, "key", sendgrid(fresh, ""), false],
  [{ kind: "sendgrid" }, "key", sendgrid(old), false],
  [{ kind: "sendgrid" }, "key", sendgrid(fresh), true],
  // Their proofs stand in the body.
  [{ kind: "mailgun" }, "key", {}, true],
  [{ kind: "ses", topicArns: ["arn:aws:sns:eu-west-1:1:mail"] }, "", {}, true],
];

test.each(calls)("%o with the secret %s and %o is read: %s", (source, secret, headers, isRead) => {
  const call = { headers: new Headers(headers), secret, now };
  expect(mayBeAuthentic(mailbox({ name: "post", source, secretEnv: "POST" }), call)).toBe(isRead);
});
