/** W1: one long run. ms and bytes per step beside the bare cost of its two commits, measured in the same process. */
import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { adding, openBench, round, tempFolder } from "./bot.ts";
import { openFloor } from "./floor.ts";

async function oneRun(steps: number): Promise<{ ms: number; bytes: number }> {
  const folder = tempFolder();
  const path = join(folder.path, "belay.db");
  const bench = await openBench(path, adding(steps));
  const ended = bench.ended(1);
  const started = performance.now();
  await bench.launch("add");
  await ended;
  const ms = performance.now() - started;
  await bench.stop();
  const bytes = sizeOf(path);
  folder.remove();
  return { ms, bytes };
}

/** With the write-ahead log folded in. */
function sizeOf(path: string): number {
  const db = new Database(path);
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  return statSync(path).size;
}

function floor(steps: number): number {
  const folder = tempFolder();
  const bare = openFloor(join(folder.path, "floor.db"));
  const ms = bare.steps(steps);
  bare.close();
  folder.remove();
  return ms;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await oneRun(200);
floor(200);
const empty = (await oneRun(1)).bytes;
for (const steps of [10, 50, 200, 1000]) {
  const times = Math.max(3, Math.round(600 / steps));
  const belay: number[] = [];
  const bare: number[] = [];
  let bytes = 0;
  for (let time = 0; time < times; time++) {
    const run = await oneRun(steps);
    bytes = run.bytes;
    belay.push(run.ms / steps);
    bare.push(floor(steps) / steps);
  }
  const row = {
    workload: "W1",
    steps,
    "ms per step": round(median(belay), 3),
    "floor ms": round(median(bare), 3),
    ratio: round(median(belay) / median(bare)),
    "bytes per step": Math.round((bytes - empty) / steps),
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
