/** What a run sends by mail, to a real server: when, in which thread, and what becomes of refusals. */
import { expect, test } from "vitest";
import { launchPlace } from "../../../src/config/channels.ts";
import { delivery, launchedBy, mailBench, mailbox, says } from "../../support/mail/bench.ts";

test("a run is quiet until its outcome, which answers the mail in its thread", async () => {
  await using b = await mailBench();
  const { launch, runId } = await launchedBy(b, "attachment");
  const address = launch.addresses[0] ?? "";
  const { remoteId } = await b.channel.post(delivery(runId, address, "progress"));
  expect(remoteId).toBe("quiet");
  b.inlet.setRun(runId, { status: "complete" });
  const body = says("The disk is full. <b>Not bold</b> & http://evil.example/x");
  const posted = await b.channel.post(delivery(runId, address, "progress", { remoteId, body, revision: 2 }));
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
