/** The example of docs/webhooks.md: a run starts a CI job, and the job tells this very run how it ended. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { afterEach, expect, test } from "vitest";
import { webhookChannel } from "../../adapters/webhook/channel.ts";
import { eventUrls } from "../../adapters/webhook/event-url.ts";
import { startJob } from "../../docs/examples/start-job.ts";
import type { Channel } from "../../src/core/ports/channel.ts";
import type { ModelAnswer, ModelRequest } from "../../src/core/ports/model.ts";
import { eventUrl } from "../../src/tools/event-url.ts";
import { agent, type Bot, clock, operator, startBot } from "../support/bot.ts";
import { startProgram } from "../support/child.ts";
import { answerWith, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { nowhere } from "../support/webhook/bench.ts";

const eventKey = Buffer.alloc(32, 3);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listening(server: Server): Promise<string> {
  closing.push(() => server.close());
  if (!server.listening) await new Promise((ready) => server.once("listening", ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A CI that takes every job and ends none; resolves with the URL that the job was given. */
async function ci(): Promise<{ url: string; started: Promise<string> }> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    resolve(new URLSearchParams(body).get("DONE_URL") ?? "");
    response.writeHead(201).end();
  });
  server.listen(0, "127.0.0.1");
  return { url: await listening(server), started: promise };
}

/** The result of the last call, as the model was told it. */
function lastResult({ input }: ModelRequest): string {
  const last = input.findLast((item) => item.type === "result");
  return last?.type === "result" ? last.output : "";
}

/** Hands over the URL as it got it. */
function startsTheJob(request: ModelRequest): ModelAnswer {
  const done_url = /https?:\/\/[^"\s]+/.exec(lastResult(request))?.[0];
  return answerWith(calling(call("start_job", { job: "deploy", done_url })));
}

const model = () =>
  scripted(
    calling(call("event_url", { event: "deployed" })),
    startsTheJob,
    calling(call("wait_for_event", { event: "deployed", timeout_seconds: 3600 })),
    (request) => answerWith(finalAnswer(`The CI says: ${lastResult(request)}`)),
  );

async function start(jobs: { url: string }): Promise<Bot> {
  let channel: Channel | null = null;
  const server = serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => (await channel?.handle?.(request)) ?? new Response(null, { status: 404 }),
  }) as Server;
  const publicUrl = await listening(server);
  const log = { info() {}, warn() {} };
  const on = { publicUrl, eventKey, callbackHosts: [], github: null, ...nowhere, clock, log };
  channel = webhookChannel({ hooks: [], secrets: {}, ...on });
  const tools = [eventUrl(eventUrls(eventKey, publicUrl).url), startJob({ url: jobs.url, token: "t" })];
  const known = [...agent().tools, "event_url", "start_job"];
  const bot = await startBot({
    model: model(),
    channels: [channel],
    tools,
    agents: [agent({ tools: known })],
  });
  closing.push(() => bot.stop());
  return bot;
}

async function approve(bot: Bot, runId: string): Promise<void> {
  const asking = await bot.untilStatus(runId, "waiting_human_input");
  const via = { channel: "console" };
  const questionId = asking.questions[0]?.id ?? "";
  await bot.engine.command(runId, { type: "approve", questionId, actor: operator, via }, null);
}

const report = (url: string, words: string) =>
  startProgram("sh", ["docs/examples/report-event.sh", words], {
    env: { ...process.env, DONE_URL: url },
  }).succeeded();

test("a run starts a job, waits, and goes on with what the job reports", async () => {
  const jobs = await ci();
  const bot = await start(jobs);
  const runId = await bot.launch("deploy it");
  await approve(bot, runId);
  const url = await jobs.started;
  await bot.untilStatus(runId, "sleeping");
  expect(JSON.parse(await report(url, "SUCCESS in 42 s"))).toEqual({ run_id: runId });
  const { phase } = await bot.untilEnd(runId);
  expect(phase).toMatchObject({ at: "complete", answer: expect.stringContaining("SUCCESS in 42 s") });
  expect(JSON.parse(await report(url, "again"))).toEqual({ run_id: runId, duplicate: true });
});

test("a job that ends before the run waits for it is not missed", async () => {
  const jobs = await ci();
  const bot = await start(jobs);
  const runId = await bot.launch("deploy it");
  const asking = await bot.untilStatus(runId, "waiting_human_input");
  // Whoever has the URL may call it at any time: here even before the job was started.
  const input = asking.questions[0]?.call?.input as { done_url: string } | undefined;
  await report(input?.done_url ?? "", "SUCCESS at once");
  await approve(bot, runId);
  const { phase } = await bot.untilEnd(runId);
  expect(phase).toMatchObject({ at: "complete", answer: expect.stringContaining("SUCCESS at once") });
});
