/**
 * Runs that machines start speak at their configured places: a thread of their own in Slack and
 * Discord, mails to an address.
 */

import { afterEach, expect, test } from "vitest";
import { emailChannel } from "../../adapters/email/channel.ts";
import { webhookChannel } from "../../adapters/webhook/channel.ts";
import { launchPlace } from "../../src/config/channels.ts";
import type { Channel } from "../../src/core/ports/channel.ts";
import { startSchedules } from "../../src/engine/schedule.ts";
import { type Bot, clock, openRights, startBot } from "../support/bot.ts";
import { unstarted, until } from "../support/discord/bed.ts";
import { fakeDiscord } from "../support/discord/fake.ts";
import { ids, message } from "../support/discord/payloads.ts";
import { eml, mailbox, mailOptions } from "../support/mail/bench.ts";
import { mailWorld, relay } from "../support/mail/world.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { SlackWorld } from "../support/slack/world.ts";
import { deliver, hook, hooksAt, secret } from "../support/webhook/bench.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const silent = { info() {}, warn() {} };

function webhookAt(speaksAt: string): Channel {
  return webhookChannel({
    ...hooksAt([hook({ agent: "default", verify: { kind: "bearer" }, speaksAt: launchPlace(speaksAt) })]),
    eventKey: Buffer.alloc(32, 3),
    clock,
    log: silent,
  });
}

const report = (webhook: Channel, id: string) =>
  deliver(webhook, "ci", "{}", { authorization: `Bearer ${secret}`, "idempotency-key": id });

const script = () => scripted(calling(ask("Which service?")), finalAnswer("Restarted payments."));

async function bot(channels: Channel[], answer: string): Promise<Bot> {
  const rights = { ...openRights, answer: [answer, "requester", "console:*"] };
  const started = await startBot({ model: script(), channels, rights });
  closing.push(() => started.stop());
  return started;
}

test("a webhook's run asks in a thread of its own in Slack, and is answered there", async () => {
  const world = await SlackWorld.start("http");
  closing.push(() => world.stop());
  const webhook = webhookAt(`slack:${world.team}/${world.id("ops")}`);
  await bot([world.channel, webhook], `slack:${world.team}/${world.id("dana")}`);
  expect((await report(webhook, "d-1")).status).toBe(202);
  expect((await report(webhook, "d-1")).status).toBe(200);

  const roots = async () => (await world.roots()).filter(({ user }) => user === "U0BOT");
  await expect.poll(async () => (await roots()).length).toBe(1);
  const root = (await roots())[0]?.ts ?? "";
  const shows = (...lines: RegExp[]) =>
    expect.poll(() => world.screen(root)).toEqual(lines.map((line) => expect.stringMatching(line)));
  await shows(/waiting for an answer$/, /^Question: Which service\?$/);
  // The person who may answer is pinged; the webhook is not said to be asked.
  const asked = JSON.stringify((await world.thread(root))[1]?.blocks);
  expect(asked).toContain(`<@${world.id("dana")}>`);
  expect(asked).not.toContain("webhook ci");

  await world.say("payments", { root });
  await shows(/done in/, /^Answered by dana: Which service\?$/);
  expect(await roots()).toHaveLength(1);
});

test("a schedule's run asks in a thread of its own in Discord, and is answered there", async () => {
  const discord = await fakeDiscord();
  closing.push(() => discord.close());
  const real = unstarted(discord);
  const channel = { ...real, can: { ...real.can, minIntervalMs: 20 } };
  const { engine, store } = await bot([channel], "discord:*");
  // It fired last two days ago: what was missed since is launched now.
  await store.saveNote("schedule:nightly", new Date(clock.now() - 48 * 3_600_000).toISOString());
  const nightly = { name: "nightly", cron: "30 2 * * *", timeZone: "UTC", agent: "default" };
  const speaksAt = launchPlace(`discord:${ids.guild}/${ids.channel}`);
  const schedules = [{ ...nightly, task: "Read the night's alerts.", speaksAt }];
  const running = await startSchedules({ inlet: engine, schedules, clock, log: silent });
  closing.push(() => running.stop());

  const shown = (where: string) =>
    discord.rest.own(where).map(({ components }) => JSON.stringify(components));
  await until(() => expect(shown(ids.channel)[0]).toContain("waiting for an answer"));
  expect(shown(ids.channel)).toHaveLength(1);
  const thread = discord.rest.own(ids.channel)[0]?.id ?? "";
  await until(() => expect(shown(thread).join()).toContain("Which service?"));
  discord.say(message({ id: discord.rest.id(), content: "payments", channel: thread }));
  await until(() => expect(shown(ids.channel)[0]).toContain("Restarted payments."));
});

test("a webhook's run mails its question and outcome to an address, and a reply answers", async () => {
  const world = await mailWorld();
  closing.push(() => world.close());
  const mail = emailChannel({
    ...mailOptions(world, [mailbox({ agent: "default", allow: ["oncall@example.com"] })]),
    clock,
    log: silent,
  });
  const webhook = webhookAt("email:OnCall@example.com");
  const { engine, untilEnd } = await bot([mail, webhook], "email:oncall@example.com");
  const { run_id: runId } = (await (await report(webhook, "d-1")).json()) as { run_id: string };

  const question = await world.nth(1);
  expect(question.to?.value[0]?.address).toBe("oncall@example.com");
  expect(question.text).toContain("for oncall@example.com");
  const reply = eml("thunderbird-bottom-posted").toString().replaceAll("dana@", "oncall@");
  const to = question.replyTo?.value[0]?.address ?? "";
  await relay(mail.listenerPort ?? 0, reply, { from: "oncall@example.com", to });
  await untilEnd(runId);
  const answered = (await engine.events(runId)).find(({ type }) => type === "question_answered");
  expect(answered).toMatchObject({
    answer: "v1.2.4, after lunch",
    from: { principal: "email:oncall@example.com" },
  });

  const outcome = await world.nth(2);
  expect(outcome.text).toContain("Restarted payments.");
  // Mail programs show them as one conversation.
  expect(outcome.inReplyTo).toBe(question.inReplyTo);
});
