/** Real mails through the SMTP listener, with a real client: who is heard, and what becomes a run. */

import { once } from "node:events";
import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StoreError } from "../../../src/core/ports/store-error.ts";
import { eml, envelope, launchedBy, type MailBench, mailBench, mailbox } from "../../support/mail/bench.ts";
import { relay } from "../../support/mail/world.ts";

/** For tests that leave nothing behind that another would see. */
let shared: MailBench;
beforeAll(async () => {
  shared = await mailBench();
});
afterAll(() => shared[Symbol.asyncDispose]());

describe("a mail of a proved and listed person", () => {
  const tasks: [string, string][] = [
    ["attachment", "Read this log\n\nWhy does the deploy fail?"],
    ["gmail-top-posted", "Re: Which version should I deploy?\n\nTake v1.2.4, please. Grüße"],
    ["thunderbird-bottom-posted", "Re: Which version should I deploy?\n\nv1.2.4, after lunch"],
    ["outlook-top-posted", "RE: Which version should I deploy?\n\nTake v1.2.4 – it’s tested."],
    ["apple-html-only", "Re: Which version should I deploy?\n\nv1.2.4 & nothing else"],
    ["german-latin1", "AW: Version für Staging\n\nBitte v1.2.4, für Staging genügt das."],
    ["forwarded", "Fwd: urgent\n\nIs this real?"],
  ];

  test.each(tasks)("%s starts a run with their own words", async (name, task) => {
    const b = shared;
    const { launch, agent } = await launchedBy(b, name);
    expect(agent).toBe("helper");
    expect(launch.task).toBe(task);
    expect(launch.actor).toEqual({
      principal: "email:dana@example.com",
      name: "dana@example.com",
      groups: ["email:@example.com"],
      guest: false,
      kind: "machine",
      asked: "words",
    });
    expect(launch.addresses[0]).toMatch(/^email:[0-9a-f]{32}$/);
    expect(launch.context).toHaveLength(1);
    expect(launch.context[0]?.trusted).toBe(false);
  });

  test("what they forward is data, not their words", async () => {
    await using b = await mailBench();
    const { launch } = await launchedBy(b, "forwarded");
    expect(launch.task).not.toContain("restart production");
    expect(launch.context[0]?.text).toContain("restart production");
  });

  test("an attachment is named, without its path, and not read", async () => {
    await using b = await mailBench();
    const { launch } = await launchedBy(b, "attachment");
    expect(launch.context[0]?.text).toContain(
      "attachment, not read: .._.._etc_passwd (application/octet-stream, 11 bytes)",
    );
  });

  test("the same mail twice, and at once, is one run", async () => {
    await using b = await mailBench();
    await Promise.all([1, 2, 3].map(() => relay(b.port, eml("attachment"), envelope)));
    await relay(b.port, eml("attachment"), envelope);
    expect(b.inlet.launches).toHaveLength(1);
  });

  test("the same mail to a new process on the same store is one run", async () => {
    await using b = await mailBench();
    await relay(b.port, eml("attachment"), envelope);
    await using again = await mailBench([mailbox()], {}, b.inlet);
    await relay(again.port, eml("attachment"), envelope);
    expect(b.inlet.launches).toHaveLength(1);
  });

  test("is not acknowledged when it could not be stored: the relay tries again", async () => {
    await using b = await mailBench();
    b.inlet.failWith(new StoreError("storage_busy", "locked"));
    await expect(relay(b.port, eml("attachment"), envelope)).rejects.toMatchObject({ responseCode: 451 });
    b.inlet.failWith(null);
    await relay(b.port, eml("attachment"), envelope);
    expect(b.inlet.launches).toHaveLength(1);
  });
});

describe("dropped without a word, with an audit row", () => {
  const many = Array.from({ length: 150 }, (_, i) => `--b\r\nContent-Type: text/plain\r\n\r\n${i}`).join(
    "\r\n",
  );
  const nested = Array.from(
    { length: 60 },
    (_, i) => `Content-Type: multipart/mixed; boundary=n${i}\r\n\r\n--n${i}`,
  ).join("\r\n");
  const head =
    "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com\r\nFrom: dana@example.com\r\nTo: agent@belay.example\r\nMessage-ID: <x@example.com>\r\n";
  const table: [string, string | Buffer, string, string][] = [
    ["an automatic reply", eml("auto-reply"), "dana@example.com", "auto_submitted"],
    ["a bounce", eml("bounce"), "", "bounce"],
    ["a forged sender under a forged verdict", eml("forged"), "dana@example.com", "not_proved"],
    [
      "a stranger",
      eml("attachment").toString().replaceAll("dana@example.com", "eve@example.com"),
      "eve@example.com",
      "not_listed",
    ],
    [
      "two From addresses",
      eml("attachment")
        .toString()
        .replace("From: dana@example.com", "From: dana@example.com, eve@evil.example"),
      "x@y.example",
      "no_single_sender",
    ],
    [
      "two From headers",
      eml("attachment")
        .toString()
        .replace("From: dana@example.com", "From: dana@example.com\r\nFrom: eve@evil.example"),
      "x@y.example",
      "no_single_sender",
    ],
    [
      "no From",
      eml("attachment").toString().replace("From: dana@example.com\n", ""),
      "x@y.example",
      "no_single_sender",
    ],
    [
      "150 parts",
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${many}\r\n--b--\r\n`,
      "dana@example.com",
      "over_limit",
    ],
    ["60 levels of parts", `${head}${nested}\r\n`, "dana@example.com", "over_limit"],
    [
      "70 kB of headers",
      `${head}X-Long: ${"x ".repeat(35_000)}\r\n\r\nhello`,
      "dana@example.com",
      "over_limit",
    ],
    ["no mail at all", "\u0000\u0001garbage\r\n\r\n", "dana@example.com", "no_single_sender"],
  ];

  test.each(table)("%s", async (_, raw, from, rule) => {
    const b = shared;
    const before = { runs: b.inlet.launches.length, rows: b.inlet.auditRows.length };
    await relay(b.port, raw, { from, to: "agent@belay.example" });
    expect(b.inlet.launches).toHaveLength(before.runs);
    expect(b.inlet.auditRows.slice(before.rows)).toMatchObject([
      { action: "mail", resource: "mailbox:smtp", decision: "refused", rule },
    ]);
    expect(b.world.mails).toHaveLength(0);
  });
});

describe("the listener", () => {
  test("refuses other recipients, 10 MB, and hosts that are not loopback", async () => {
    await using b = await mailBench();
    await expect(
      relay(b.port, eml("attachment"), { ...envelope, to: "dana@example.com" }),
    ).rejects.toMatchObject({ responseCode: 550 });
    const big = Buffer.concat([eml("attachment"), Buffer.alloc(10 * 1024 * 1024, `${"x".repeat(900)}\r\n`)]);
    await expect(relay(b.port, big, envelope)).rejects.toMatchObject({ responseCode: 552 });
    expect(b.inlet.launches).toHaveLength(0);
    const open = mailBench([mailbox()], {
      listener: { host: "0.0.0.0" as "127.0.0.1", port: 0, lmtp: false },
    });
    await expect(open).rejects.toThrow("only listen on loopback");
  });

  test("takes a mail to several mailboxes into the first that listens to its sender", async () => {
    const closed = { name: "closed", address: "closed@belay.example", allow: ["eve@example.com"] };
    const other = { name: "other", address: "other@belay.example", agent: "other" };
    await using b = await mailBench([mailbox(closed), mailbox(), mailbox(other)]);
    const to = ["closed@belay.example", "agent@belay.example", "other@belay.example"];
    await relay(b.port, eml("attachment"), { ...envelope, to });
    expect(b.inlet.launches.map(({ agent }) => agent)).toEqual(["helper"]);
    expect(b.inlet.auditRows).toMatchObject([{ resource: "mailbox:closed", rule: "not_listed" }]);
    const copy = eml("attachment")
      .toString()
      .replace("To: agent@belay.example", "To: other@belay.example\r\nCc: agent@belay.example");
    await relay(b.port, copy.replace("<att6@", "<copy@"), { ...envelope, to: to.slice(1) });
    expect(b.inlet.launches.map(({ agent }) => agent)).toEqual(["helper", "other"]);
  });

  test("speaks LMTP", async () => {
    await using b = await mailBench([mailbox()], { listener: { host: "127.0.0.1", port: 0, lmtp: true } });
    await relay(b.port, eml("attachment"), envelope, true);
    expect(b.inlet.launches).toHaveLength(1);
  });

  test("a client that breaks off in DATA starts nothing", async () => {
    await using b = await mailBench();
    const socket = createConnection(b.port, "127.0.0.1");
    socket.setEncoding("utf8");
    for (const line of [
      null,
      "EHLO x",
      "MAIL FROM:<dana@example.com>",
      "RCPT TO:<agent@belay.example>",
      "DATA",
    ]) {
      if (line !== null) socket.write(`${line}\r\n`);
      await once(socket, "data");
    }
    socket.write("From: dana@example.com\r\n\r\nhalf a ma");
    socket.destroy();
    await once(socket, "close");
    await relay(b.port, eml("forwarded"), envelope);
    expect(b.inlet.launches).toHaveLength(1);
  });
});
