/** Whose word is taken: verdicts of our own MTA and of providers, allow-lists, loops. Whatever is unclear is no. */
import { describe, expect, test } from "vitest";
import type { CarrierVerdict, MailHeader, ParsedMail } from "../../../adapters/email/inbound.ts";
import { isAllowed, loopReason, proofOf } from "../../../adapters/email/trust.ts";

function mail(headers: Record<string, string | string[]>, change: Partial<ParsedMail> = {}): ParsedMail {
  const list: MailHeader[] = Object.entries(headers).flatMap(([key, values]) =>
    [values].flat().map((value) => ({ key, value })),
  );
  const from = [{ address: "dana@example.com", name: "" }];
  return {
    headers: list,
    from,
    messageId: "m@example.com",
    inReplyTo: null,
    references: [],
    subject: "",
    own: "",
    quoted: "",
    digest: "",
    attachments: [],
    ...change,
  };
}

describe("Authentication-Results", () => {
  const table: [string, string | string[], "dmarc" | "dkim" | null][] = [
    ["DMARC pass", "mx.example.com; dmarc=pass header.from=example.com", "dmarc"],
    [
      "DMARC pass with a comment and a version",
      "mx.example.com 1; dmarc=pass (p=NONE sp=NONE) header.from=example.com",
      "dmarc",
    ],
    ["aligned DKIM", "mx.example.com; dkim=pass header.d=example.com header.s=s1", "dkim"],
    ["aligned DKIM by identity", "mx.example.com; dkim=pass header.i=@example.com", "dkim"],
    ["DMARC pass of another domain", "mx.example.com; dmarc=pass header.from=evil.example", null],
    ["DMARC pass of nobody", "mx.example.com; dmarc=pass", null],
    ["DMARC fail", "mx.example.com; dmarc=fail header.from=example.com", null],
    ["somebody else's verdict", "mx.evil.example; dmarc=pass header.from=example.com", null],
    ["DKIM of a stranger", "mx.example.com; dkim=pass header.d=evil.example", null],
    ["DKIM of a name below the sender's", "mx.example.com; dkim=pass header.d=mail.example.com", null],
    ["DKIM of a name that only ends the same", "mx.example.com; dkim=pass header.d=ample.com", null],
    ["DKIM of a top-level domain", "mx.example.com; dkim=pass header.d=com", null],
    ["SPF alone", "mx.example.com; spf=pass smtp.mailfrom=example.com", null],
    [
      "a verdict inside a comment",
      "mx.example.com; dmarc=fail (; dmarc=pass header.from=example.com) header.from=example.com",
      null,
    ],
    [
      "a verdict inside nested comments",
      "mx.example.com; x=y (a (b) ; dmarc=pass header.from=example.com)",
      null,
    ],
    ["a second field", "mx.example.com; dkim=pass header.d=evil.example header.d=example.com", null],
    [
      "ours below somebody's",
      ["mx.evil.example; dmarc=pass", "mx.example.com; dmarc=pass header.from=example.com"],
      null,
    ],
    [
      "ours above a forged one",
      [
        "mx.example.com; dmarc=fail header.from=example.com",
        "mx.example.com; dmarc=pass header.from=example.com",
      ],
      null,
    ],
    [
      "a verdict inside a quoted sender",
      'mx.example.com; dmarc=fail header.from=example.com; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.com ; y"@evil.example',
      null,
    ],
    [
      "a verdict inside a quoted sender, before ours",
      'mx.example.com; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.com ; y"@evil.example; dmarc=none',
      null,
    ],
    [
      "a verdict behind a quote that a quoted pair keeps open",
      'mx.example.com; spf=pass smtp.helo="a\\"; dmarc=pass header.from=example.com; b"',
      null,
    ],
    [
      "a quote that never ends",
      'mx.example.com; dmarc=pass header.from=example.com; spf=pass reason="x',
      null,
    ],
    ["a comment that never ends", "mx.example.com; dmarc=pass header.from=example.com (", null],
    ["a quoted domain", 'mx.example.com; dmarc=pass header.from="example.com"', "dmarc"],
    [
      "two DMARC verdicts",
      "mx.example.com; dmarc=pass header.from=example.com; dmarc=pass header.from=example.com",
      null,
    ],
    [
      "aligned DKIM beside a DMARC fail",
      "mx.example.com; dkim=pass header.d=example.com; dmarc=fail header.from=example.com",
      null,
    ],
    [
      "aligned DKIM of a domain without DMARC",
      "mx.example.com; dkim=pass header.d=example.com; dmarc=none header.from=example.com",
      "dkim",
    ],
    ["none", [], null],
    ["garbage", ";;;=;= dmarc=pass", null],
  ];

  test.each(table)("%s", (_, value, proof) => {
    const read = mail({ "authentication-results": value });
    expect(proofOf(read, "example.com", { by: "headers" }, "mx.example.com")).toBe(proof);
  });

  test("without a configured id no header is believed", () => {
    const read = mail({ "authentication-results": "mx.example.com; dmarc=pass header.from=example.com" });
    expect(proofOf(read, "example.com", { by: "headers" }, null)).toBeNull();
  });
});

describe("providers", () => {
  const table: [string, CarrierVerdict, Record<string, string | string[]>, string | null][] = [
    ["SES, DMARC pass", { by: "ses", dmarcPass: true, clean: true }, {}, "dmarc"],
    ["SES, DMARC fail", { by: "ses", dmarcPass: false, clean: true }, {}, null],
    ["SES, a virus", { by: "ses", dmarcPass: true, clean: false }, {}, null],
    ["SendGrid, aligned", { by: "sendgrid", dkim: "{@example.com : pass}" }, {}, "dkim"],
    [
      "SendGrid, one of two",
      { by: "sendgrid", dkim: "{@esp.example : pass, @example.com : pass}" },
      {},
      "dkim",
    ],
    ["SendGrid, not aligned", { by: "sendgrid", dkim: "{@evil.example : pass}" }, {}, null],
    ["SendGrid, failed", { by: "sendgrid", dkim: "{@example.com : fail}" }, {}, null],
    ["SendGrid, none", { by: "sendgrid", dkim: "none" }, {}, null],
    [
      "Mailgun, aligned",
      { by: "mailgun" },
      { "x-mailgun-dkim-check-result": "Pass", "dkim-signature": "v=1; d=example.com; s=x" },
      "dkim",
    ],
    [
      "Mailgun, another signer",
      { by: "mailgun" },
      { "x-mailgun-dkim-check-result": "Pass", "dkim-signature": "v=1; d=evil.example" },
      null,
    ],
    [
      "Mailgun, two signatures",
      { by: "mailgun" },
      { "x-mailgun-dkim-check-result": "Pass", "dkim-signature": ["d=evil.example", "d=example.com"] },
      null,
    ],
    [
      "Mailgun, two verdicts",
      { by: "mailgun" },
      { "x-mailgun-dkim-check-result": ["Fail", "Pass"], "dkim-signature": "d=example.com" },
      null,
    ],
    [
      "Postmark, SPF of the domain",
      { by: "postmark" },
      { "received-spf": "Pass (sender SPF authorized) identity=mailfrom; envelope-from=dana@example.com" },
      "spf",
    ],
    [
      "Postmark, SPF of another domain",
      { by: "postmark" },
      { "received-spf": "Pass identity=mailfrom; envelope-from=x@evil.example" },
      null,
    ],
    [
      "Postmark, SPF fail",
      { by: "postmark" },
      { "received-spf": "Fail (pass) envelope-from=dana@example.com" },
      null,
    ],
    [
      "Postmark, two SPF headers",
      { by: "postmark" },
      { "received-spf": ["Fail envelope-from=dana@example.com", "Pass envelope-from=dana@example.com"] },
      null,
    ],
  ];

  test.each(table)("%s", (_, verdict, headers, proof) => {
    expect(proofOf(mail(headers), "example.com", verdict, null)).toBe(proof);
  });
});

test("an allow-list names addresses or whole domains, in any case", () => {
  const allow = ["Dana@example.com", "@ops.example.com"];
  for (const yes of ["dana@example.com", "DANA@EXAMPLE.COM", "x@ops.example.com"]) {
    expect(isAllowed(yes, allow), yes).toBe(true);
  }
  for (const no of [
    "x@example.com",
    "dana@example.com.evil.example",
    "x@sub.ops.example.com",
    "@ops.example.com@evil.example",
    "",
  ]) {
    expect(isAllowed(no, allow), no).toBe(false);
  }
  expect(isAllowed("dana@example.com", [])).toBe(false);
});

describe("loops", () => {
  const own = { address: "agent@belay.example", isOurs: (id: string) => id.endsWith("@belay.example") };
  const table: [string, ParsedMail, string | null, string | null][] = [
    ["a person's mail", mail({}), "dana@example.com", null],
    ["Auto-Submitted: no", mail({ "auto-submitted": "no" }), null, null],
    ["Auto-Submitted", mail({ "auto-submitted": "auto-replied" }), null, "auto_submitted"],
    ["a list", mail({ "list-id": "<x>" }), null, "mailing_list"],
    ["bulk", mail({ precedence: "bulk" }), null, "bulk"],
    ["a person's mail from Exchange", mail({ "x-auto-response-suppress": "All" }), null, null],
    ["an auto response", mail({ "x-autoreply": "yes" }), null, "auto_response"],
    ["an empty envelope sender", mail({}), "", "bounce"],
    ["an empty return path", mail({ "return-path": "<>" }), null, "bounce"],
    ["our own mail", mail({}, { from: [{ address: "agent@belay.example", name: "" }] }), null, "own_mail"],
    [
      "nine of ours",
      mail({}, { references: Array.from({ length: 9 }, (_, i) => `${i}@belay.example`) }),
      null,
      null,
    ],
    [
      "ten of ours",
      mail({}, { references: Array.from({ length: 10 }, (_, i) => `${i}@belay.example`) }),
      null,
      "too_deep",
    ],
  ];

  test.each(table)("%s", (_, read, envelopeFrom, reason) => {
    expect(loopReason(read, envelopeFrom, own)).toBe(reason);
  });
});
