/**
 * Ingest: webhooks over real HTTP on loopback. First the accept path beside a bare hono route with one insert, group
 * commit in both; then 200 deliveries a second while 50 runs work. `--seconds 60`: how long the second part lasts.
 */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createAdaptorServer } from "@hono/node-server";
import Database from "better-sqlite3";
import { Hono } from "hono";
import { webhookChannel } from "../adapters/webhook/channel.ts";
import { channelGuides, channelPaths, channelTitles, linkTo } from "../src/config/channels.ts";
import type { Model, ModelRequest } from "../src/core/ports/model.ts";
import { createHttp } from "../src/http/app.ts";
import { serve } from "../src/http/serve.ts";
import { adding, answer, type Bench, clock, openBench, round, tempFolder } from "./bot.ts";
import { type Answer, deliverAll } from "./deliveries.ts";

const secret = "a secret of the benchmark";
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const finalAnswer = answer("call_0", "final_answer", { answer: "seen" });

/** The bot's own HTTP server with one GitHub webhook. */
async function openServer(bench: Bench): Promise<{ url: string; close(): Promise<void> }> {
  const hook = {
    name: "ci",
    title: null,
    secretEnv: "CI",
    previousSecretEnv: null,
    agent: "default",
    prompt: "Look.",
    speaksAt: null,
  };
  const nothing = { fields: [], concurrencyKey: null, resolvedWhen: [], callback: null, github: null };
  const channel = webhookChannel({
    hooks: [
      {
        ...hook,
        ...nothing,
        verify: { kind: "github" },
        filter: [{ path: "workflow_run.conclusion", in: ["failure"] }],
      },
    ],
    secrets: { CI: secret },
    publicUrl: "http://127.0.0.1",
    eventKey: Buffer.alloc(32, 1),
    callbackHosts: [],
    github: null,
    sns: { isAuthentic: async () => false, confirm: async () => {} },
    fetchText: () => Promise.reject(new Error("nothing is fetched here")),
    clock,
    log: silent,
  });
  await channel.start(bench.engine);
  const config = {
    version: "bench",
    auth: { mode: "none" } as const,
    publicUrl: null,
    hosts: [],
    corsOrigins: [],
    trustedLinkHosts: [],
    defaultAgent: "default",
    consoleDir: "none",
    about: { paths: channelPaths, titles: channelTitles, guides: channelGuides, linkTo },
    webhooks: [],
    schedules: () => [],
    mcp: { tools: [], agent: "default", speaksAt: null },
    rate: { burst: 200, perSecond: 100 },
  };
  const http = createHttp({ engine: bench.engine, channels: [channel], config, log: silent, clock });
  const { port, close } = await serve(http, { host: "127.0.0.1", port: 0 });
  return { url: `http://127.0.0.1:${port}/webhooks/ci`, close: () => close(1_000) };
}

/** The floor: read the body, insert it in a transaction shared by all of this turn, answer after the COMMIT. */
async function openFloor(path: string): Promise<{ url: string; close(): void }> {
  const db = new Database(path);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE inbox (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID");
  const insert = db.prepare("INSERT OR IGNORE INTO inbox VALUES (?, ?)");
  let waiting: { id: string; body: string; done: () => void }[] = [];
  const flush = () => {
    const batch = waiting;
    waiting = [];
    db.transaction(() => {
      for (const { id, body } of batch) insert.run(id, body);
    })();
    for (const { done } of batch) done();
  };
  const app = new Hono();
  app.post("/webhooks/ci", async (c) => {
    const id = c.req.header("x-github-delivery") ?? "";
    const body = await c.req.text();
    await new Promise<void>((done) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ id, body, done });
    });
    return c.json({ run_id: id }, 202);
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/webhooks/ci`,
    close() {
      server.close();
      db.close();
    },
  };
}

async function perSecond(url: string, name: string): Promise<number> {
  const load = { url, secret, name, count: 2_000, perSecond: null, connections: 32, twiceEvery: 0 };
  const { ms, answers } = await deliverAll(load);
  const wrong = answers.find(({ status }) => status !== 202);
  if (wrong) throw new Error(`${wrong.id} was answered ${wrong.status}`);
  return (load.count * 1000) / ms;
}

/** Runs are launched and rest at their first model call: what is measured is taking deliveries. */
const neverAnswers: Model = {
  name: "bench",
  answer: async (_request, signal) => {
    await sleep(3_600_000, undefined, { signal });
    return finalAnswer;
  },
};

async function acceptPath(): Promise<void> {
  const folder = tempFolder();
  const bench = await openBench(join(folder.path, "belay.db"), neverAnswers);
  const server = await openServer(bench);
  const bare = await openFloor(join(folder.path, "floor.db"));
  const belay: number[] = [];
  const floor: number[] = [];
  // The first round warms up.
  for (let time = 0; time < 6; time++) {
    belay.push(await perSecond(server.url, `belay-${time}`));
    floor.push(await perSecond(bare.url, `floor-${time}`));
  }
  await server.close();
  bare.close();
  await bench.stop();
  folder.remove();
  const [ours, theirs] = [at(belay.slice(1), 0.5), at(floor.slice(1), 0.5)];
  report({
    workload: "ingest",
    "deliveries per s": Math.round(ours),
    "floor per s": Math.round(theirs),
    "of floor": round(ours / theirs, 3),
  });
}

/** Answers after 50 ms: runs of the webhook at once with their end, the others with twenty additions. */
function slowly(finished: () => void): Model & { steps: number } {
  const additions = adding(20);
  return {
    name: "bench",
    steps: 0,
    async answer(request: ModelRequest, signal) {
      await sleep(50);
      this.steps++;
      if (request.input.some((item) => item.type === "user" && item.text.includes("Look.")))
        return finalAnswer;
      const next = await additions.answer(request, signal);
      if (next.calls[0]?.tool === "final_answer") finished();
      return next;
    },
  };
}

/** Each tenth delivery comes twice at once, as senders do that do not trust their network. */
async function whileRunsWork(seconds: number): Promise<void> {
  const folder = tempFolder();
  const [rate, working] = [200, 50];
  let over = false;
  // Who ends is followed by another: there are always as many.
  const model = slowly(() => {
    if (!over) void bench.launch("add");
  });
  const bench = await openBench(join(folder.path, "belay.db"), model);
  const server = await openServer(bench);
  const warm = { url: server.url, secret, perSecond: rate, connections: 64, twiceEvery: 10 };
  await Promise.all(Array.from({ length: working }, () => bench.launch("add")));
  await deliverAll({ ...warm, name: "warm", count: rate * 2 });
  const before = model.steps;
  const { answers, ms } = await deliverAll({ ...warm, name: "measured", count: rate * seconds });
  const steps = model.steps - before;
  over = true;
  const counted = await count(bench, answers, rate * 2);
  await server.close();
  await bench.stop();
  folder.remove();
  const times = answers.map((one) => one.ms);
  report({
    workload: "ingest while 50 runs work",
    "deliveries per s": Math.round((answers.length * 1000) / ms),
    seconds,
    "steps per s": Math.round((steps * 1000) / ms),
    "p50 ms": round(at(times, 0.5), 1),
    "p99 ms": round(at(times, 0.99), 1),
    "max ms": round(Math.max(...times), 1),
    ...counted,
  });
}

/** `others`: runs of webhooks that were delivered before these. */
async function count(bench: Bench, answers: readonly Answer[], others: number) {
  const runs = new Map<string, Set<string>>();
  let refused = 0;
  for (const { id, runId, status } of answers) {
    if (runId === null || status > 299) refused++;
    else runs.set(id, (runs.get(id) ?? new Set()).add(runId));
  }
  let lost = 0;
  for (const [runId] of runs.values()) if (runId && !(await bench.store.run(runId))) lost++;
  const rows = await bench.store.runs({ limit: 1_000_000 });
  const launched = rows.filter(({ channel }) => channel === "webhook").length - others;
  return { deliveries: runs.size, refused, lost, duplicates: launched - runs.size };
}

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function report(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" } } });
await acceptPath();
await whileRunsWork(Number(values.seconds));
