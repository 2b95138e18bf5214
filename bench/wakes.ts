/** Several processes on one PostgreSQL: from a commit to the next step elsewhere, steps a second, and what idling costs. */
import { cpus } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { pino } from "pino";
import { openPostgres } from "../adapters/postgres/store.ts";
import { openWakes } from "../adapters/postgres/wakes.ts";
import { startPostgres } from "../test/support/store/postgres.ts";
import { adding, clock, lastVersionOf, median, openBench, round } from "./bot.ts";
import { type Latency, latencyOf, startWorker } from "./measured-worker.ts";

const server = await startPostgres();
const url = await server.database();
const client = new Client({ connectionString: url });
await client.connect();

const workerScript = "bench/wakes-worker.ts";

/** The beginnings of `what` in a worker of its own. */
async function measured(what: string, from: () => Promise<unknown>, over?: () => Promise<void>) {
  const worker = await startWorker(workerScript, url, what);
  const latency = await latencyOf(worker, from, over);
  await worker.stop();
  return latency;
}

const log = pino({ level: "silent" });
const store = await openPostgres({ url, clock });
const wakes = openWakes({ url, log });
const web = await openBench("", adding(), { store, wakes, role: { works: false, speaks: true } });

// First of all: what a connection has done is counted up to a minute later.
const idler = await startWorker(workerScript, url, "belay");
await pause(15_000);
const before = await transactions();
const seconds = 30;
await pause(seconds * 1_000);
// The process of the bench and one worker.
print({
  workload: "idle",
  "transactions per s and process": round(((await transactions()) - before) / seconds / 2, 2),
});
await idler.stop();

// One pair after the other: what else the machine does disturbs both alike.
const bare: Latency[] = [];
const belay: Latency[] = [];
for (let pair = 0; pair < 3; pair++) {
  const addJob = () => client.query("SELECT graphile_worker.add_job('bare')");
  bare.push(await measured("bare", addJob));
  const ended = () => web.ended(1, lastVersionOf(1));
  belay.push(await measured("belay", () => web.launch("add 1"), ended));
}
const middle = (all: readonly Latency[], part: keyof Latency) => median(all.map((one) => one[part]));
print({
  workload: "wake",
  "belay p50 ms": middle(belay, "p50"),
  "belay p99 ms": middle(belay, "p99"),
  "bare p50 ms": middle(bare, "p50"),
  "bare p99 ms": middle(bare, "p99"),
  times: round(median(belay.map(({ p50 }, pair) => p50 / (bare[pair]?.p50 ?? Number.NaN)))),
});

const atOnce = await throughput(1, "0", "200", 200);
print({
  workload: "steps",
  "model ms": 0,
  workers: 1,
  "steps per s": atOnce.steps,
  "cores busy": atOnce.busy,
});
// With few runs at once the machine has room for four workers and PostgreSQL, with more it may not.
for (const runsAtOnce of ["4", "10"]) {
  const one = await throughput(1, "50", runsAtOnce, 20 * Number(runsAtOnce));
  const four = await throughput(4, "50", runsAtOnce, 80 * Number(runsAtOnce));
  print({
    workload: "steps",
    "model ms": 50,
    "runs at once in each": Number(runsAtOnce),
    "one worker": one.steps,
    "four workers": four.steps,
    times: round(four.steps / one.steps, 2),
    "cores busy": `${one.busy}, ${four.busy} of ${cpus().length}`,
  });
}

await web.stop();
await client.end();
await server.stop();

function print(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

async function transactions(): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    "SELECT xact_commit AS count FROM pg_stat_database WHERE datname = current_database()",
  );
  return Number(rows[0]?.count);
}

/** Of so many runs of ten steps, by workers that have compiled their code and opened their connections before. */
async function throughput(workers: number, modelMs: string, runsAtOnce: string, runs: number) {
  const started = await Promise.all(
    Array.from({ length: workers }, () => startWorker(workerScript, url, "belay", modelMs, runsAtOnce)),
  );
  await drive(20 * workers);
  const worked = workedMs();
  const begun = performance.now();
  await drive(runs);
  const ms = performance.now() - begun;
  const busy = round((workedMs() - worked) / ms, 1);
  await Promise.all(started.map((one) => one.stop()));
  return { steps: Math.round((runs * 10 * 1_000) / ms), busy };
}

async function drive(runs: number): Promise<void> {
  const ended = web.ended(runs, lastVersionOf(10));
  await Promise.all(Array.from({ length: runs }, () => web.launch("add 10")));
  await ended;
}

/** What the cores of this machine have worked, with all that others do on it. */
function workedMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
