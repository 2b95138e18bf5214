/** W1: one long run. ms and bytes per step beside the bare cost of its two commits, measured in the same process. */
import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { adding, lastVersionOf, openBench, round, tempFolder } from "./bot.ts";
import { openFloor } from "./floor.ts";

interface Run {
  ms: number;
  bytes: number;
  /** When each version was committed, ms. */
  at: number[];
}

async function oneRun(steps: number): Promise<Run> {
  const folder = tempFolder();
  const path = join(folder.path, "belay.db");
  const bench = await openBench(path, adding(steps));
  const ended = bench.ended(1, lastVersionOf(steps));
  const at: number[] = [];
  bench.engine.watch(({ version }) => {
    at[version] = performance.now();
  });
  const started = performance.now();
  await bench.launch("add");
  await ended;
  const ms = performance.now() - started;
  await bench.stop();
  const bytes = sizeOf(path);
  folder.remove();
  return { ms, bytes, at };
}

/** ms per step from step `from` on, over 100 steps. */
function window(at: readonly number[], from: number): number {
  return ((at[2 * (from + 100) + 1] ?? Number.NaN) - (at[2 * from + 1] ?? Number.NaN)) / 100;
}

/** With the write-ahead log folded in. */
function sizeOf(path: string): number {
  const db = new Database(path);
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  return statSync(path).size;
}

async function floor(steps: number): Promise<{ inserts: number; commits: number }> {
  const folder = tempFolder();
  const bare = openFloor(join(folder.path, "floor.db"));
  const inserts = bare.steps(steps);
  const commits = await bare.commits(steps);
  bare.close();
  folder.remove();
  return { inserts, commits };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await oneRun(200);
await floor(200);
const empty = (await oneRun(1)).bytes;
for (const steps of [10, 50, 200, 1000]) {
  const times = Math.max(5, Math.round(600 / steps));
  const belay: number[] = [];
  const bare: number[] = [];
  const same: number[] = [];
  const early: number[] = [];
  const late: number[] = [];
  let bytes = 0;
  for (let time = 0; time < times; time++) {
    const run = await oneRun(steps);
    bytes = run.bytes;
    belay.push(run.ms / steps);
    early.push(window(run.at, 10));
    late.push(window(run.at, steps - 100));
    const { inserts, commits } = await floor(steps);
    bare.push(inserts / steps);
    same.push(commits / steps);
  }
  const row = {
    workload: "W1",
    steps,
    "ms per step": round(median(belay), 3),
    "bare inserts ms": round(median(bare), 3),
    "bare commits ms": round(median(same), 3),
    "to its commits": round(median(belay) / median(same)),
    "bytes per step": Math.round((bytes - empty) / steps),
  };
  // Step 1,000 beside step 10, of the same runs.
  const flat = { "early ms": round(median(early), 3), "late ms": round(median(late), 3) };
  process.stdout.write(`${JSON.stringify(steps < 1000 ? row : { ...row, ...flat })}\n`);
}
