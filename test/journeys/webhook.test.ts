/** A webhook's whole way on the real engine and store: delivery, run, repetition, questions, restart. */
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { webhookChannel } from "../../adapters/webhook/channel.ts";
import { eventUrls } from "../../adapters/webhook/event-url.ts";
import type { WebhookOptions } from "../../adapters/webhook/options.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { type Bot, clock, openRights, operator, startBot } from "../support/bot.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { deliver, hook, hooksAt, secret } from "../support/webhook/bench.ts";

const github = readFileSync(
  new URL("../fixtures/webhook/github-workflow-run-failed.json", import.meta.url),
  "utf8",
);
const alert = readFileSync(new URL("../fixtures/webhook/alertmanager-firing.json", import.meta.url), "utf8");
const prompt = readFileSync(
  new URL("../../prompts/webhooks/github-workflow-failed.md", import.meta.url),
  "utf8",
);
const eventKey = Buffer.alloc(32, 3);
const rights = {
  ...openRights,
  launch: ["webhook:ci", "webhook:alerts"],
  answer: ["requester", "console:*"],
};

const ci = hook({ agent: "default", prompt, fields: ["repository.full_name"] });
const alerts = hook({
  name: "alerts",
  agent: "default",
  verify: { kind: "alertmanager" },
  prompt: "Find out what is wrong.",
  concurrencyKey: ["groupKey"],
  resolvedWhen: [{ path: "status", in: ["resolved"] }],
});
const bearer = { authorization: `Bearer ${secret}` };

const bots: Bot[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function start(model: Model, hooks: WebhookOptions[], store?: Store) {
  const silent = () => {};
  const channel = webhookChannel({
    ...hooksAt(hooks),
    eventKey,
    clock,
    log: { info: silent, warn: silent },
  });
  const bot = await startBot({ model, channels: [channel], rights, ...(store ? { store } : {}) });
  bots.push(bot);
  return { bot, channel };
}

function signed(body: string, id: string): Record<string, string> {
  const mac = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${mac}`, "x-github-delivery": id };
}

async function runOf(response: Response): Promise<string> {
  return ((await response.json()) as { run_id: string }).run_id;
}

test("a failed workflow becomes a run that reads its payload as data, and answers", async () => {
  const model = scripted(finalAnswer("The test suite timed out."));
  const { bot, channel } = await start(model, [ci]);
  const runId = await runOf(await deliver(channel, "ci", github, signed(github, "d-1")));
  const state = await bot.untilEnd(runId);
  expect(state.phase).toMatchObject({ at: "complete", answer: "The test suite timed out." });
  expect(state.readUntrusted).toBe(true);
  expect(state.from.principal).toBe("webhook:ci");

  const told = model.requests[0]?.input.flatMap((item) => (item.type === "user" ? item.text : [])) ?? [];
  const data = told.filter((text) => text.startsWith("<data"));
  expect(data).toHaveLength(1);
  expect(data[0]).toContain('trusted="no"');
  expect(data[0]).toContain('repository.full_name: "acme/api"');
  expect(told.find((text) => text.startsWith("<task"))).toContain(
    "Find out why, and say what to do about it.",
  );
});

test("fifty times the same delivery at once, and again after a restart, is one run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "belay-webhook-"));
  folders.push(folder);
  const path = join(folder, "belay.sqlite");
  const store = await openSqlite({ path, clock });
  const first = await start(scripted(finalAnswer("done")), [ci], store);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => deliver(first.channel, "ci", github, signed(github, "d-2"))),
  );
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
  expect(new Set(await Promise.all(answers.map(runOf))).size).toBe(1);
  await bots.pop()?.stop();
  await store.close();

  const reopened = await openSqlite({ path, clock });
  const second = await start(scripted(finalAnswer("done")), [ci], reopened);
  const again = await deliver(second.channel, "ci", github, signed(github, "d-2"));
  expect(again.status).toBe(200);
  expect(await reopened.runs({ limit: 10 })).toHaveLength(1);
  await bots.pop()?.stop();
  await reopened.close();
});

test("an alert that changes while its run works is told to it; resolved too", async () => {
  const thinking = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const answerLater = async () => {
    thinking.resolve();
    await goOn.promise;
    return finalAnswerOf("first look");
  };
  const model = scripted(answerLater, finalAnswer("It resolved itself."));
  const { bot, channel } = await start(model, [alerts]);
  const runId = await runOf(await deliver(channel, "alerts", alert, bearer));
  await thinking.promise;
  const resolved = alert.replaceAll('"firing"', '"resolved"');
  expect(await runOf(await deliver(channel, "alerts", resolved, bearer))).toBe(runId);
  goOn.resolve();
  const state = await bot.untilEnd(runId);
  expect(state.phase).toMatchObject({ answer: "It resolved itself." });
  const heard = (await bot.engine.events(runId)).filter(({ type }) => type === "heard");
  expect(heard).toMatchObject([{ trusted: false, from: { principal: "webhook:alerts" } }]);
  expect(await bot.store.runs({ limit: 10 })).toHaveLength(1);
});

function finalAnswerOf(answer: string) {
  const nothing = { text: null, refusal: null, cut: null, items: [], provider: "scripted", model: "m" };
  const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, costUsd: 0 };
  return { ...nothing, usage, calls: [call("final_answer", { answer })] };
}

test("a webhook's words never answer the question of its own run; a person's do", async () => {
  const { bot, channel } = await start(scripted(calling(ask("Which service?")), finalAnswer("restarted")), [
    alerts,
  ]);
  const runId = await runOf(await deliver(channel, "alerts", alert, bearer));
  await bot.untilStatus(runId, "waiting_human_input");
  const changed = alert.replace("2026-01-22T19:34:08.123Z", "2026-01-22T20:00:00Z");
  expect((await deliver(channel, "alerts", changed, bearer)).status).toBe(202);
  const waiting = await bot.engine.state(runId);
  expect(waiting?.questions).toHaveLength(1);

  const input = {
    type: "provide_input",
    questionId: null,
    answer: "payments",
    actor: operator,
    via: { channel: "console" },
  } as const;
  expect(await bot.engine.command(runId, input, null)).toMatchObject({ ok: true });
  expect((await bot.untilEnd(runId)).phase).toMatchObject({ answer: "restarted" });
});

test("a hook that the rights do not list starts nothing, and leaves an audit row", async () => {
  const { bot, channel } = await start(scripted(finalAnswer("never")), [{ ...ci, name: "stranger" }]);
  const response = await deliver(channel, "stranger", github, signed(github, "d-3"));
  expect([response.status, await response.json()]).toEqual([202, { ignored: "not_allowed" }]);
  expect(await bot.store.runs({ limit: 10 })).toHaveLength(0);
  expect(await bot.store.audits(10)).toMatchObject([{ principal: "webhook:stranger", decision: "refused" }]);
});

test("a run that waits for an event goes on when its URL is called, once", async () => {
  const wait = call("wait_for_event", { event: "ci-job", timeout_seconds: 3600 }, "call_wait");
  const { bot, channel } = await start(scripted(calling(wait), finalAnswer("the job is green")), [ci]);
  const runId = await runOf(await deliver(channel, "ci", github, signed(github, "d-4")));
  await bot.untilStatus(runId, "sleeping");
  const url = eventUrls(eventKey, "https://belay.example.com").url(runId, "ci-job");
  const tell = async (body: string) => channel.handle(new Request(url, { method: "POST", body }));
  const answers = await Promise.all([tell("green"), tell("green"), tell("red")]);
  expect(answers.map((answer) => answer?.status).sort()).toEqual([200, 200, 202]);
  const state = await bot.untilEnd(runId);
  expect(state.phase).toMatchObject({ answer: "the job is green" });
  const finished = (await bot.engine.events(runId)).filter((event) => event.type === "call_finished");
  expect(finished[0]).toMatchObject({ callId: "call_wait", untrusted: true });
});
