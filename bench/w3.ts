/** W3: 2,000 runs wait for a person; the store is closed and opened again; all are answered and finish. */
import { join } from "node:path";
import type { Model, ModelRequest } from "../src/core/ports/model.ts";
import { answer, type Bench, openBench, operator, round, tempFolder } from "./bot.ts";

const runs = 2_000;

const asking: Model = {
  name: "bench",
  answer: async (request: ModelRequest) =>
    request.input.length === 1
      ? answer("call_0", "ask_human", { question: "Which?", choices: null, context: null })
      : answer("call_1", "final_answer", { answer: "done" }),
};

/** MB: what the process holds of the machine (V8 keeps pages for its next garbage), and what of it is alive. */
function memory(): { resident: number; live: number } {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss / 1024 / 1024, live: (heapUsed + external) / 1024 / 1024 };
}

async function parked(bench: Bench): Promise<string[]> {
  const waiting = Promise.withResolvers<void>();
  const asked = new Set<string>();
  const end = bench.engine.watch(({ runId, version }) => {
    if (version >= 3) asked.add(runId);
    if (asked.size >= runs) waiting.resolve();
  });
  const ids: string[] = [];
  for (let batch = 0; batch < runs; batch += 200) {
    ids.push(...(await Promise.all(Array.from({ length: 200 }, () => bench.launch("ask")))));
  }
  await waiting.promise;
  end();
  return ids;
}

const folder = tempFolder();
const path = join(folder.path, "belay.db");
const warm = await openBench(join(folder.path, "warm.db"), asking);
await parked(warm);
await warm.stop();

const first = await openBench(path, asking);
const before = memory();
const ids = await parked(first);
const after = memory();
await first.stop();

const opening = performance.now();
const second = await openBench(path, asking);
const readyMs = performance.now() - opening;
const ended = second.ended(runs, 6);
const answering = performance.now();
for (const runId of ids) {
  const command = { questionId: null, answer: "this", actor: operator, via: { channel: "console" } };
  void second.engine.command(runId, { type: "provide_input", ...command }, null);
}
await ended;
const perSecond = (runs * 1000) / (performance.now() - answering);
await second.stop();
folder.remove();
const row = {
  workload: "W3",
  "live MB added": round(after.live - before.live, 1),
  "resident MB added": round(after.resident - before.resident, 1),
  "ready ms": Math.round(readyMs),
  "resumed per s": Math.round(perSecond),
};
process.stdout.write(`${JSON.stringify(row)}\n`);
