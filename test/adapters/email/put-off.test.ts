/**
 * A mail that can't be taken now stays with its carrier, and somebody is told; the same words later are another mail.
 */
import { afterEach, describe, expect, test } from "vitest";
import { delivery, eml, type MailBench, mailBench, mailbox, mailClock } from "../../support/mail/bench.ts";
import { relay } from "../../support/mail/world.ts";

const envelope = { from: "dana@example.com", to: "agent@belay.example" };
const raw = { name: "in", source: { kind: "raw" }, secretEnv: "RAW" } as const;

let bench: MailBench | null = null;
afterEach(() => bench?.[Symbol.asyncDispose]());

async function started(...arguments_: Parameters<typeof mailBench>): Promise<MailBench> {
  bench = await mailBench(...arguments_);
  return bench;
}

async function call(b: MailBench, body: string) {
  const headers = { authorization: "Bearer s", "x-envelope-to": envelope.to };
  const request = new Request("https://belay.example/mail/in", { method: "POST", body, headers });
  const response = await b.channel.handle(request);
  if (!response) throw new Error("not a mail path");
  return response;
}

/** The nth mail of the same words. */
const nth = (n: number) => eml("attachment").toString().replace("<att6@", `<nth${n}@`);

describe("a mailbox without authservId", () => {
  test("puts mail off over SMTP and HTTP, and says so at start, in its health and in the audit", async () => {
    const b = await started([mailbox({ authservId: null }), mailbox({ ...raw, authservId: null })], {
      secrets: { RAW: "s" },
    });
    await expect(relay(b.port, eml("attachment"), envelope)).rejects.toMatchObject({
      responseCode: 451,
      message: expect.stringContaining("authservId is not set"),
    });
    const response = await call(b, eml("attachment").toString());
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "300"]);
    expect(await response.json()).toMatchObject({
      code: "no_authserv_id",
      detail: expect.stringContaining("authservId"),
    });
    expect(b.inlet.launches).toHaveLength(0);
    expect(b.inlet.auditRows).toMatchObject([{ rule: "no_authserv_id" }, { rule: "no_authserv_id" }]);
    expect(b.logged).toContain("no authservId: no sender can be proved, mail is put off");
    expect(b.channel.health()).toEqual({
      ok: false,
      detail: expect.stringContaining("smtp has no authservId: its mail is put off"),
    });
  });

  test("is none where the provider says who the sender is", async () => {
    const b = await started([
      mailbox({ name: "in", source: { kind: "mailgun" }, secretEnv: "RAW", authservId: null }),
    ]);
    expect(b.channel.health().ok).toBe(true);
  });
});

describe("the twenty-first run of a sender in an hour", () => {
  test.each(["SMTP", "HTTP"])(
    "waits with its carrier over %s, and is taken when the hour is over",
    async (way) => {
      const b = await started([mailbox(), mailbox(raw)], { secrets: { RAW: "s" } });
      const send = async (n: number) => {
        if (way === "HTTP") return (await call(b, nth(n))).status;
        return relay(b.port, nth(n), envelope).then(
          () => 250,
          (error: { responseCode: number }) => error.responseCode,
        );
      };
      for (let n = 1; n <= 20; n++) expect(await send(n)).toBeLessThan(300);
      expect(await send(21)).toBe(way === "HTTP" ? 503 : 451);
      expect(b.inlet.launches).toHaveLength(20);
      expect(b.inlet.auditRows).toMatchObject([{ principal: "email:dana@example.com", rule: "too_many" }]);
      expect(b.channel.health().detail).toContain("1 at the limit of 20 runs an hour");
      mailClock.at += 3_600_000;
      await send(21);
      expect(b.inlet.launches).toHaveLength(21);
      expect(b.channel.health().detail).not.toContain("limit");
    },
  );
});

describe("mails without a Message-ID and with the same words", () => {
  const bare = (headers: string) =>
    `${headers}Authentication-Results: mx.example.com; dmarc=pass header.from=example.com
From: dana@example.com
To: agent@belay.example
Subject: Backup failed

Backup failed`;
  const at = (day: number) => `Date: Fri, ${day} Nov 2026 02:00:00 +0000\n`;
  const stamped = (day: number) =>
    `Received: from x by mx.example.com; Fri, ${day} Nov 2026 02:00:01 +0000\n`;

  test.each([
    ["Date", at],
    ["Received", stamped],
  ])("are known by their %s", async (_, header) => {
    const b = await started();
    for (const day of [13, 13, 20, 20, 13]) await relay(b.port, bare(header(day)), envelope);
    expect(b.inlet.launches).toHaveLength(2);
  });

  test("and without any stamp are one mail for minutes, not for a month", async () => {
    const b = await started();
    await relay(b.port, bare(""), envelope);
    mailClock.at += 300_000;
    await relay(b.port, bare(""), envelope);
    expect(b.inlet.launches).toHaveLength(1);
    mailClock.at += 3_600_000;
    await relay(b.port, bare(""), envelope);
    expect(b.inlet.launches).toHaveLength(2);
  });
});

test("without SMTP_URL what should go out waits, and health says why", async () => {
  const b = await started([mailbox()], { smtpUrl: null });
  await expect(b.channel.post(delivery("run_1", "email:dana@example.com", "answer"))).rejects.toMatchObject({
    failure: { type: "way" },
    partly: false,
  });
  expect(b.channel.health()).toEqual({ ok: false, detail: expect.stringContaining("no SMTP_URL") });
});
