/** Real mails through the SMTP listener, with a real client; and to a real server. */

import { once } from "node:events";
import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchPlace } from "../../../src/config/channels.ts";
import { StoreError } from "../../../src/core/ports/store-error.ts";
import { asks, delivery, eml, type MailBench, mailBench, mailbox, says } from "../../support/mail/bench.ts";
import { relay } from "../../support/mail/world.ts";

const envelope = { from: "dana@example.com", to: "agent@belay.example" };

/** For tests that leave nothing behind that another would see. */
let shared: MailBench;
beforeAll(async () => {
  shared = await mailBench();
});
afterAll(() => shared[Symbol.asyncDispose]());

async function launchedBy(b: MailBench, name: string) {
  await relay(b.port, eml(name), envelope);
  const launch = b.inlet.launches.at(-1);
  if (!launch) throw new Error(`dropped: ${JSON.stringify(b.inlet.auditRows)}`);
  return launch;
}

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

describe("what goes out", () => {
  test("a run is quiet until its outcome, which answers the mail in its thread", async () => {
    await using b = await mailBench();
    const { launch, runId } = await launchedBy(b, "attachment");
    const address = launch.addresses[0] ?? "";
    const { remoteId } = await b.channel.post(delivery(runId, address, "progress"));
    expect(remoteId).toBe("quiet");
    b.inlet.setRun(runId, { status: "complete" });
    const body = says("The disk is full. <b>Not bold</b> & http://evil.example/x");
    const posted = await b.channel.post(
      delivery(runId, address, "progress", { remoteId, body, revision: 2 }),
    );
    expect(posted.remoteId).toMatch(/^outcome belay\./);

    const mail = await b.world.nth(1);
    expect(mail.subject).toBe("Re: Read this log");
    expect(mail.to).toMatchObject({ value: [{ address: "dana@example.com" }] });
    expect(mail.inReplyTo).toBe("<att6@example.com>");
    expect(mail.headers.get("auto-submitted")).toBe("auto-replied");
    expect(mail.replyTo?.value[0]?.address).toMatch(/^agent\+[0-9a-f]{32}@belay\.example$/);
    expect(mail.text).toContain("The disk is full. <b>Not bold</b>");
    expect(mail.html).toContain("&lt;b&gt;Not bold&lt;/b&gt;");
    expect(mail.html).not.toContain('href="http://evil');

    const again = delivery(runId, address, "progress", { remoteId: posted.remoteId, body, revision: 3 });
    expect(await b.channel.post(again)).toEqual(posted);
    expect(b.world.mails).toHaveLength(1);
  });

  test("a receipt is sent when the mailbox asks for one, once", async () => {
    await using b = await mailBench([mailbox({ receipt: true })]);
    const { launch, runId } = await launchedBy(b, "attachment");
    const address = launch.addresses[0] ?? "";
    const { remoteId } = await b.channel.post(delivery(runId, address, "progress"));
    expect(remoteId).toMatch(/^receipt /);
    await b.channel.post(delivery(runId, address, "progress", { remoteId, revision: 2 }));
    expect(b.world.mails).toHaveLength(1);
  });

  test("a long answer is one mail: the progress beside it stays quiet", async () => {
    await using b = await mailBench();
    const { launch, runId } = await launchedBy(b, "attachment");
    const address = launch.addresses[0] ?? "";
    b.inlet.setRun(runId, { status: "complete" });
    await b.channel.post(delivery(runId, address, "progress", { body: says(null) }));
    await b.channel.post(delivery(runId, address, "answer", { body: says("long") }));
    expect(b.world.mails).toHaveLength(1);
  });

  test("trouble with the server is said in the outbox's terms, and a second send is the same mail", async () => {
    await using b = await mailBench();
    const { launch, runId } = await launchedBy(b, "attachment");
    const post = () => b.channel.post(delivery(runId, launch.addresses[0] ?? "", "answer"));
    // The whole mail, and then the two lines that point to it.
    b.world.misbehave(550, 550);
    await expect(post()).rejects.toMatchObject({ failure: { type: "place", gone: false } });
    b.world.misbehave(451);
    await expect(post()).rejects.toMatchObject({ failure: { type: "way" } });
    b.world.misbehave("cut");
    await expect(post()).rejects.toMatchObject({ failure: { type: "uncertain" } });
    await post();
    expect(b.world.mails).toHaveLength(2);
    expect(b.world.mails[1]?.messageId).toBe(b.world.mails[0]?.messageId);
  });

  test("a mail that is refused for what it says becomes two lines that point to it", async () => {
    await using b = await mailBench();
    const { launch, runId } = await launchedBy(b, "attachment");
    const body = says("The disk is full of 'free money' mails.");
    b.world.misbehave(554);
    await b.channel.post(delivery(runId, launch.addresses[0] ?? "", "answer", { body }));
    const mail = await b.world.nth(1);
    expect(mail.text).toContain(`It is in the console: https://belay.example/runs/${runId}`);
    expect(mail.text).not.toContain("free money");
  });

  test("a run of a mailbox speaks in a new thread of its configured channel too", async () => {
    await using b = await mailBench([mailbox({ speaksAt: launchPlace("slack:T1/C1") })]);
    const { launch } = await launchedBy(b, "attachment");
    expect(launch.addresses[1]).toMatch(/^slack:T1\/C1\/new:[0-9a-f]{32}$/);
  });

  test("mails of one run to a configured address belong together, without a mail to answer", async () => {
    await using b = await mailBench();
    const { runId } = await launchedBy(b, "attachment");
    await launchedBy(b, "forwarded");
    await b.channel.post(delivery(runId, "email:oncall@example.com", "answer"));
    const mail = await b.world.nth(1);
    expect(mail.to).toMatchObject({ value: [{ address: "oncall@example.com" }] });
    expect(mail.subject).toBe("Read this log — done");
    await b.channel.post(delivery(runId, "email:oncall@example.com", "answer", { id: "another" }));
    await b.channel.post(delivery("run_2", "email:oncall@example.com", "answer"));
    const other = await b.world.nth(3);
    expect((await b.world.nth(2)).inReplyTo).toBe(mail.inReplyTo);
    expect(other.inReplyTo).not.toBe(mail.inReplyTo);
  });
});

describe("answers", () => {
  /** A run with questions mailed out, and their mails. */
  async function asked(b: MailBench, ...kinds: Parameters<typeof asks>[3][]) {
    const { launch, runId } = await launchedBy(b, "attachment");
    const address = launch.addresses[0] ?? "";
    b.inlet.setRun(runId, { status: "waiting_human_input" });
    for (const [i, kind] of kinds.entries()) {
      const { body, row } = asks(runId, `q${i + 1}`, `Question number ${i + 1}?`, kind);
      b.inlet.addQuestion(row);
      await b.channel.post(delivery(runId, address, `question:q${i + 1}`, { body }));
    }
    return { runId, address, mails: b.world.mails.slice(-kinds.length) };
  }

  /** A reply in a client's style, aimed at one of our mails by address or by header. */
  function reply(name: string, headers: Record<string, string>, id: string): string {
    const raw = eml(name)
      .toString("latin1")
      .replace(/^Message-I[Dd]: .*$/m, `Message-ID: <${id}@example.com>`);
    const more = Object.entries(headers).map(([key, value]) => `${key}: ${value}\n`);
    return raw.replace(/^From:/m, `${more.join("")}From:`);
  }

  const tokenOf = (mail: { replyTo?: { value: { address?: string }[] } | undefined }) =>
    mail.replyTo?.value[0]?.address ?? "";

  test("of two open questions the one whose address is replied to is answered", async () => {
    await using b = await mailBench();
    const { runId, mails } = await asked(b, "ask", "ask");
    const [, second] = mails;
    if (!second) throw new Error("no mail");
    await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r1"), "latin1"), {
      from: "dana@example.com",
      to: tokenOf(second),
    });
    expect(b.inlet.commands).toMatchObject([
      {
        runId,
        command: {
          type: "provide_input",
          questionId: "q2",
          answer: "Take v1.2.4, please. Grüße",
          actor: { principal: "email:dana@example.com", kind: "machine" },
        },
      },
    ]);
  });

  test("without the address, In-Reply-To names the question; without that, References from the right", async () => {
    await using b = await mailBench();
    const { mails } = await asked(b, "ask", "ask");
    const [first, second] = mails.map((mail) => mail.messageId ?? "");
    const byHeader = reply("thunderbird-bottom-posted", { "In-Reply-To": first ?? "" }, "r2");
    await relay(b.port, Buffer.from(byHeader, "latin1"), envelope);
    const byReferences = reply(
      "outlook-top-posted",
      { References: `<att6@example.com> ${first} ${second} <other@x.example>` },
      "r3",
    );
    await relay(b.port, Buffer.from(byReferences, "latin1"), envelope);
    const answers = b.inlet.commands.map(
      ({ command }) => command.type === "provide_input" && [command.questionId, command.answer],
    );
    expect(answers).toEqual([
      ["q1", "v1.2.4, after lunch"],
      ["q2", "Take v1.2.4 – it’s tested."],
    ]);
  });

  test("a choice with a full stop and a closing is that choice", async () => {
    await using b = await mailBench();
    const { runId, mails } = await asked(b, "stuck");
    const { row } = asks(runId, "q1", "What now?", "stuck");
    const choices = ["go_on", "stop"].map((value) => ({ value, label: value }));
    b.inlet.addQuestion({ ...row, question: { ...row.question, choices } });
    const [question] = mails;
    if (!question) throw new Error("no mail");
    const raw = reply("thunderbird-bottom-posted", {}, "r13").replace(
      "v1.2.4, after lunch",
      "Stop.\n\nBest regards,\nDana",
    );
    await relay(b.port, Buffer.from(raw, "latin1"), { from: "dana@example.com", to: tokenOf(question) });
    expect(b.inlet.commands).toMatchObject([{ command: { type: "provide_input", answer: "stop" } }]);
  });

  test("the address wins over the headers", async () => {
    await using b = await mailBench();
    const { mails } = await asked(b, "ask", "ask");
    const [first, second] = mails;
    if (!first || !second) throw new Error("no mail");
    const raw = reply("gmail-top-posted", { "In-Reply-To": first.messageId ?? "" }, "r4");
    await relay(b.port, Buffer.from(raw, "latin1"), { from: "dana@example.com", to: tokenOf(second) });
    expect(b.inlet.commands[0]?.command).toMatchObject({ questionId: "q2" });
  });

  test("the subject alone answers nothing: it starts a run", async () => {
    await using b = await mailBench();
    await asked(b, "ask");
    await relay(b.port, eml("gmail-top-posted"), envelope);
    expect(b.inlet.commands).toHaveLength(0);
    expect(b.inlet.launches).toHaveLength(2);
  });

  test("a token in another's hands, or a made-up one, answers nothing", async () => {
    await using b = await mailBench([mailbox({ allow: ["@example.com"] })]);
    const { mails } = await asked(b, "ask");
    const [first] = mails;
    if (!first) throw new Error("no mail");
    const eve = reply("gmail-top-posted", {}, "r5").replace("dana@example.com", "eve@example.com");
    await relay(b.port, Buffer.from(eve, "latin1"), { from: "eve@example.com", to: tokenOf(first) });
    expect(b.inlet.auditRows.at(-1)).toMatchObject({ rule: "unexpected_sender" });
    const guessed = `agent+${"0".repeat(32)}@belay.example`;
    await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r6"), "latin1"), {
      from: "dana@example.com",
      to: guessed,
    });
    expect(b.inlet.commands).toHaveLength(0);
  });

  test("an approval is not taken by mail: the sender gets the console's link", async () => {
    await using b = await mailBench();
    const { runId, mails } = await asked(b, "approval");
    const [question] = mails;
    if (!question) throw new Error("no mail");
    expect(question.text).toContain("Approvals are not taken by mail");
    await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r7"), "latin1"), {
      from: "dana@example.com",
      to: tokenOf(question),
    });
    expect(b.inlet.commands).toHaveLength(0);
    const told = await b.world.nth(2);
    expect(told.text).toContain(`https://belay.example/runs/${runId}`);
  });

  test("an empty reply is asked again, and the next reply counts", async () => {
    await using b = await mailBench();
    const { mails } = await asked(b, "ask");
    const [question] = mails;
    if (!question) throw new Error("no mail");
    await relay(b.port, Buffer.from(reply("empty-reply", {}, "r8"), "latin1"), {
      from: "dana@example.com",
      to: tokenOf(question),
    });
    expect(b.inlet.commands).toHaveLength(0);
    const again = await b.world.nth(2);
    expect(again.text).toContain("write your answer above");
    await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r9"), "latin1"), {
      from: "dana@example.com",
      to: tokenOf(again),
    });
    expect(b.inlet.commands).toMatchObject([{ command: { questionId: "q1" } }]);
  });

  test("a refused answer is told to its sender with the reason", async () => {
    await using b = await mailBench();
    const { mails } = await asked(b, "ask");
    const [question] = mails;
    if (!question) throw new Error("no mail");
    b.inlet.refuseWith("already_answered");
    await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r10"), "latin1"), {
      from: "dana@example.com",
      to: tokenOf(question),
    });
    expect((await b.world.nth(2)).text).toContain("refused: already_answered");
  });

  test("a reply to the outcome goes on in a new run of the same thread; to a working run it is told", async () => {
    await using b = await mailBench();
    const { launch, runId } = await launchedBy(b, "attachment");
    const address = launch.addresses[0] ?? "";
    await b.channel.post(delivery(runId, address, "answer"));
    const outcome = await b.world.nth(1);
    await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r11"), "latin1"), {
      from: "dana@example.com",
      to: tokenOf(outcome),
    });
    expect(b.inlet.commands).toMatchObject([{ runId, command: { type: "say" } }]);
    b.inlet.setRun(runId, { status: "complete" });
    await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r12"), "latin1"), {
      from: "dana@example.com",
      to: tokenOf(outcome),
    });
    expect(b.inlet.launches.at(-1)?.launch).toMatchObject({
      addresses: [address],
      follows: { runId, outcome: "complete" },
    });
  });
});
