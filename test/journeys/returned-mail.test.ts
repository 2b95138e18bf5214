/** Mails of a run that come back: its other places and its log say whom a question did not reach, and nothing else happens. */
import { expect, onTestFinished, test } from "vitest";
import { eml } from "../support/mail/bench.ts";
import { type MailBot, mailBot, replyTo } from "../support/mail/bot.ts";
import type { SentMail } from "../support/mail/world.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

/** As Postfix writes it. `to`: whose mail came back. */
function report(
  mail: Pick<SentMail, "messageId">,
  change: { action?: string; status?: string } = {},
): string {
  const { action = "failed", status = "5.2.2" } = change;
  return [
    "Return-Path: <>",
    "From: Mail Delivery System <MAILER-DAEMON@mx.example.com>",
    "To: agent@belay.example",
    "Subject: Undelivered Mail Returned to Sender",
    "Auto-Submitted: auto-replied",
    `Message-ID: <${action}.${status}@mx.example.com>`,
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type="delivery-status"; boundary=b',
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    "The answer is v6.6.6. <!channel>",
    "--b",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example.com",
    "",
    "Final-Recipient: rfc822; dana@example.com",
    `Action: ${action}`,
    `Status: ${status}`,
    "Diagnostic-Code: smtp; 552 <!channel> mailbox full",
    "--b",
    "Content-Type: text/rfc822-headers",
    "",
    "From: Belay <agent@belay.example>",
    "Subject: Question",
    "Message-ID:",
    ` ${mail.messageId}`,
    "--b--",
    "",
  ].join("\r\n");
}

const bounced = { from: "", to: "agent@belay.example" };

async function asked(): Promise<
  MailBot & { question: SentMail; runId: string; returned(): Promise<unknown[]> }
> {
  const model = scripted(calling(ask("Which version?")), finalAnswer("Deployed."));
  const desk = await mailBot(model);
  onTestFinished(() => desk[Symbol.asyncDispose]());
  await desk.send(eml("attachment"));
  const question = await desk.world.nth(1);
  const [row] = await desk.bot.store.runs({ limit: 1 });
  const runId = row?.runId ?? "";
  const returned = async () =>
    (await desk.bot.engine.events(runId)).filter(({ type }) => type === "post_returned");
  return { ...desk, question, runId, returned };
}

test("a question that comes back is told once where the run speaks, and waits for its answer as before", async () => {
  const { bot, world, logged, send, question, runId, returned } = await asked();
  await send(report(question), bounced);
  await send(report(question), bounced);
  expect(await returned()).toMatchObject([
    { to: "dana@example.com", reason: "the mailbox is full (5.2.2)", questionId: expect.any(String) },
  ]);
  const shown = JSON.stringify((await bot.store.deliveries(runId)).map(({ body }) => body));
  expect(shown).toContain("It came back from dana@example.com: the mailbox is full (5.2.2).");
  expect(shown).not.toContain("channel>");
  expect(logged.filter((line) => line === "mail came back")).toHaveLength(2);
  expect((await bot.engine.state(runId))?.phase.at).toBe("acting");
  expect(await bot.store.runs({ limit: 9 })).toHaveLength(1);

  // She had room again meanwhile.
  const words = eml("thunderbird-bottom-posted").toString().replace("v1.2.4, after lunch", "v1.2.4");
  await send(words, { to: replyTo(question) });
  await bot.untilEnd(runId);
  expect((await world.nth(2)).text).toContain("Deployed.");
  await send(report(question), bounced);
  expect(await returned()).toHaveLength(1);
  expect(world.mails).toHaveLength(2);
});

test.each<[string, (question: SentMail) => [string, typeof bounced]]>([
  [
    "is not over: the server tries on",
    (mail) => [report(mail, { action: "delayed", status: "4.4.7" }), bounced],
  ],
  [
    "is of no mail of ours",
    () => [report({ messageId: `<belay.${"0".repeat(32)}@belay.example>` }), bounced],
  ],
  [
    "comes from somebody, as no server's does",
    (mail) => [report(mail).replace("Return-Path: <>\r\n", ""), { ...bounced, from: "eve@example.com" }],
  ],
  [
    "has no form of a report",
    (mail) => [report(mail).replace("multipart/report; report-type", "multipart/mixed; x"), bounced],
  ],
])("a report that %s is dropped", async (_, letter) => {
  const { send, logged, question, returned } = await asked();
  const [raw, envelope] = letter(question);
  await send(raw, envelope);
  expect(logged.at(-1)).toBe("mail dropped");
  expect(await returned()).toEqual([]);
});

test("an outcome that comes back is told in the log alone", async () => {
  const desk = await mailBot(scripted(finalAnswer("Deployed.")));
  onTestFinished(() => desk[Symbol.asyncDispose]());
  await desk.send(eml("attachment"));
  await desk.send(report(await desk.world.nth(1), { status: "5.1.1" }), bounced);
  expect(desk.logged.at(-1)).toBe("mail came back");
  expect(desk.world.mails).toHaveLength(1);
});
