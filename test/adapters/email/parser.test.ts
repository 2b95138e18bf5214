/** The parsing thread: a mail that is too much ends the thread, not the process; the next mail is parsed. */
import { afterEach, expect, test } from "vitest";
import { type MailParser, mailParser } from "../../../adapters/email/parser.ts";
import { eml } from "../../support/mail/bench.ts";

let parser: MailParser | null = null;
afterEach(() => parser?.close());

const raw = (bytes: Uint8Array) => ({ kind: "raw" as const, bytes });

test("a mail that takes too long is given up, the next one is not", async () => {
  parser = mailParser(null, 1);
  expect(await parser.parse(raw(Buffer.alloc(9 * 1024 * 1024, "a: b\r\n\r\n")))).toMatchObject({
    ok: false,
    why: "limit",
  });
  await parser.close();
  parser = mailParser();
  expect(await parser.parse(raw(eml("attachment")))).toMatchObject({
    ok: true,
    mail: { subject: "Read this log" },
  });
});

test("many at once are parsed one after another, each with its own answer", async () => {
  parser = mailParser();
  const names = ["attachment", "forwarded", "auto-reply", "outlook-top-posted"];
  const subjects = await Promise.all(
    names.map(async (name) => {
      const parsing = await parser?.parse(raw(eml(name)));
      return parsing?.ok ? parsing.mail.subject : null;
    }),
  );
  expect(subjects).toEqual([
    "Read this log",
    "Fwd: urgent",
    "Automatic reply: Which version should I deploy?",
    "RE: Which version should I deploy?",
  ]);
});

test("more than fifty waiting are sent back to their carrier", async () => {
  parser = mailParser();
  const parsings = await Promise.all(Array.from({ length: 60 }, () => parser?.parse(raw(eml("attachment")))));
  const busy = parsings.filter((parsing) => parsing?.ok === false && parsing.why === "busy");
  expect(busy).toHaveLength(9);
});

test("bombs end within their limits", async () => {
  parser = mailParser();
  const bombs = [
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${"--b\r\n\r\nx\r\n".repeat(300_000)}`,
    `From: ${"(".repeat(60_000)}\r\n\r\nx`,
    `From: ${'"a" <b@c.d>, '.repeat(4000)}\r\n\r\nx`,
    `Subject: ${"=?utf-8?q?=41?= ".repeat(3000)}\r\n\r\nx`,
    `Content-Type: text/html\r\n\r\n${"<div>".repeat(1_000_000)}`,
  ];
  for (const bomb of bombs) {
    const parsing = await parser.parse(raw(Buffer.from(bomb)));
    expect(parsing.ok ? "parsed" : parsing.why).toMatch(/parsed|limit/);
  }
  expect(await parser.parse(raw(eml("attachment")))).toMatchObject({ ok: true });
});

test("the time that a thread takes to start is not the mail's, and one that can't start gives the mail back", async () => {
  const program = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const port = 'import { parentPort } from "node:worker_threads";';
  const slow = `${port} parentPort.on("message", ({ id }) => parentPort.postMessage({ id, mail: {} }));
    setTimeout(() => parentPort.postMessage("up"), 1500);`;
  parser = mailParser(null, 1_000, program(slow));
  expect(await parser.parse(raw(eml("attachment")))).toMatchObject({ ok: true });
  await parser.close();
  parser = mailParser(null, 1_000, program('throw new Error("broken");'));
  expect(await parser.parse(raw(eml("attachment")))).toEqual({ ok: false, why: "busy", detail: "broken" });
});
