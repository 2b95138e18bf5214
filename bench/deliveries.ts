/** Signed webhook deliveries over HTTP, from a thread of its own: what the sender costs is not the bot's. */
import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

export interface Load {
  url: string;
  secret: string;
  /** What stands before the number in each delivery's id. */
  name: string;
  count: number;
  /** On a fixed schedule, however late the answers are; null: each connection sends as soon as it has its answer. */
  perSecond: number | null;
  connections: number;
  /** Each n-th delivery is sent twice at once; 0: none. */
  twiceEvery: number;
}

export interface Answer {
  id: string;
  status: number;
  runId: string | null;
  /** From when it was due (or sent, without a schedule) to its answer. */
  ms: number;
}

/** Resolves when all are answered. */
export function deliverAll(load: Load): Promise<{ ms: number; answers: Answer[] }> {
  const worker = new Worker(import.meta.filename, { workerData: load });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** No two of GitHub's bodies are the same, and two that are would be one delivery. */
function bodyOf(id: string): string {
  return JSON.stringify({
    action: "completed",
    workflow_run: { id, conclusion: "failure", log: "x".repeat(440 - id.length) },
  });
}

function deliver(load: Load, agent: Agent, id: string, dueAt: number): Promise<Answer> {
  const body = bodyOf(id);
  const signature = createHmac("sha256", load.secret).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "content-length": body.length,
    "x-hub-signature-256": `sha256=${signature}`,
    "x-github-delivery": id,
  };
  return new Promise((resolve, reject) => {
    const sent = request(load.url, { method: "POST", agent, headers }, async (response) => {
      const text = (await response.toArray()).join("");
      const ms = performance.now() - dueAt;
      const { run_id = null } = JSON.parse(text) as { run_id?: string };
      resolve({ id, status: response.statusCode ?? 0, runId: run_id, ms });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

async function atOnce(load: Load, agent: Agent): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const one = async () => {
    while (next < load.count) {
      answers.push(await deliver(load, agent, `${load.name}-${next++}`, performance.now()));
    }
  };
  await Promise.all(Array.from({ length: load.connections }, one));
  return answers;
}

async function onSchedule(load: Load, perSecond: number, agent: Agent): Promise<Answer[]> {
  const answers: Promise<Answer>[] = [];
  const started = performance.now();
  for (let n = 0; n < load.count; n++) {
    const dueAt = started + (n * 1000) / perSecond;
    while (performance.now() < dueAt) await sleep(1);
    const times = load.twiceEvery > 0 && n % load.twiceEvery === 0 ? 2 : 1;
    for (let time = 0; time < times; time++) answers.push(deliver(load, agent, `${load.name}-${n}`, dueAt));
  }
  return Promise.all(answers);
}

if (!isMainThread) {
  const load = workerData as Load;
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections });
  const started = performance.now();
  const answers = await (load.perSecond === null
    ? atOnce(load, agent)
    : onSchedule(load, load.perSecond, agent));
  parentPort?.postMessage({ ms: performance.now() - started, answers });
  agent.destroy();
}
