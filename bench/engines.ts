/**
 * The bot beside bare graphile-worker and beside DBOS, on one real PostgreSQL, one after the other in each round: from
 * what makes something due to its beginning in another process, and steps a second with a model that answers at once.
 */
import { Client } from "pg";
import { pino } from "pino";
import { openPostgres } from "../adapters/postgres/store.ts";
import { openWakes } from "../adapters/postgres/wakes.ts";
import { startPostgres } from "../test/support/store/postgres.ts";
import { adding, clock, lastVersionOf, median, openBench, round } from "./bot.ts";
import { app, dbosVersion, installDbos, loadDbos } from "./dbos.ts";
import { type Latency, latencyOf, now, startWorker } from "./measured-worker.ts";

const folder = installDbos();
const { DBOSClient } = await loadDbos(folder);
const rounds = 3;
const [runs, steps] = [200, 10];

const server = await startPostgres(3_600_000);
const url = await server.database();
const dbosUrl = await server.emptyDatabase();
const bare = new Client({ connectionString: url });
await bare.connect();
const store = await openPostgres({ url, clock });
const wakes = openWakes({ url, log: pino({ level: "silent" }) });
const web = await openBench("", adding(), { store, wakes, role: { works: false, speaks: true } });

const onDbos = (what: string) => startWorker("bench/engines-worker.ts", dbosUrl, folder, what);
// Makes its tables.
await (await onDbos("queue")).stop();
const client = await DBOSClient.create({ systemDatabaseUrl: dbosUrl, applicationName: app.name });
const enqueue = () => client.enqueue({ queueName: "steps", workflowName: "queued", appVersion: app.version });

async function withWorker<T>(
  started: ReturnType<typeof startWorker>,
  measure: (worker: Awaited<ReturnType<typeof startWorker>>) => Promise<T>,
): Promise<T> {
  const worker = await started;
  try {
    return await measure(worker);
  } finally {
    await worker.stop();
  }
}

const belayWorker = () => startWorker("bench/wakes-worker.ts", url, "belay");
const bareWorker = () => startWorker("bench/wakes-worker.ts", url, "bare");

const ways: Record<string, () => Promise<Latency>> = {
  "graphile-worker alone, a job": () =>
    withWorker(bareWorker(), (worker) =>
      latencyOf(worker, () => bare.query("SELECT graphile_worker.add_job('bare')")),
    ),
  "Belay, a launch": () =>
    withWorker(belayWorker(), (worker) =>
      latencyOf(
        worker,
        () => web.launch("add 1"),
        () => web.ended(1, lastVersionOf(1)),
      ),
    ),
  "DBOS, a message to a waiting workflow": () =>
    withWorker(onDbos("message"), (worker) =>
      latencyOf(worker, () => client.send("waiting", {}, "go"), undefined, 20),
    ),
  "DBOS, a queue polled every 10 ms": () =>
    withWorker(onDbos("busy queue"), (worker) => latencyOf(worker, enqueue)),
};

const latencies = new Map<string, Latency[]>();
const perSecond = new Map<string, number[]>();
for (let turn = 0; turn < rounds; turn++) {
  for (const [name, measure] of Object.entries(ways)) push(latencies, name, await measure());
  push(perSecond, "Belay", await withWorker(belayWorker(), () => belaySteps()));
  push(perSecond, "DBOS", await withWorker(onDbos("steps"), dbosSteps));
}

const alone = latencies.get("graphile-worker alone, a job") ?? [];
for (const [name, all] of latencies) {
  print({
    workload: "wake",
    way: name,
    "p50 ms": median(all.map(({ p50 }) => p50)),
    "p99 ms": median(all.map(({ p99 }) => p99)),
    "to graphile-worker alone": round(median(all.map(({ p50 }, n) => p50 / (alone[n]?.p50 ?? Number.NaN)))),
  });
}
for (const [name, all] of perSecond) {
  print({
    workload: `${runs} runs of ${steps} steps, two commits a step`,
    engine: name,
    "steps per s": Math.round(median(all)),
  });
}
print({ dbos: dbosVersion, node: process.version });

await client.destroy();
await web.stop();
await bare.end();
await server.stop();
process.exit(0);

/** The second time, so that all code is compiled and all connections are open. */
async function belaySteps(): Promise<number> {
  const drive = async (count: number) => {
    const ended = web.ended(count, lastVersionOf(steps));
    await Promise.all(Array.from({ length: count }, () => web.launch(`add ${steps}`)));
    await ended;
  };
  await drive(20);
  const begun = now();
  await drive(runs);
  return (runs * steps * 1_000) / (now() - begun);
}

async function dbosSteps(worker: Awaited<ReturnType<typeof startWorker>>): Promise<number> {
  const drive = async (count: number) => {
    const ended = worker.next();
    worker.tell(String(count));
    await ended;
  };
  await drive(20);
  const begun = now();
  await drive(runs);
  return (runs * steps * 1_000) / (now() - begun);
}

function push<T>(to: Map<string, T[]>, name: string, value: T): void {
  to.set(name, [...(to.get(name) ?? []), value]);
}

function print(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
