/**
 * W1: one long run, two durable commits a step. ms and bytes per step, beside the bare cost of the very same commits
 * in the same process: each run is followed by a bare replay of what it committed, and the ratio is taken within the
 * pair. Both write into a file that has seen a run before, as a bot does that has been up for a while: in a new file
 * the write-ahead log still grows, and growing costs more than writing over it.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { adding, type Bench, lastVersionOf, median, openBench, round, tempFolder } from "./bot.ts";
import { type BareCommit, commitsIn, openBareStore } from "./commits.ts";
import { openFloor } from "./floor.ts";

const warmUpSteps = 400;

interface Run {
  ms: number;
  commits: BareCommit[];
  /** When each version was committed, ms. */
  at: number[];
}

async function oneRun(bench: Bench, steps: number): Promise<Run> {
  const ended = bench.ended(1, lastVersionOf(steps));
  const at: number[] = [];
  const versions: number[] = [];
  const end = bench.engine.watch(({ version }) => {
    at[version] = performance.now();
    versions.push(version);
  });
  const started = performance.now();
  const runId = await bench.launch(`add ${steps}`);
  await ended;
  const ms = performance.now() - started;
  end();
  return { ms, commits: commitsIn(bench.path, runId, versions), at };
}

/** ms per step. */
interface Pair {
  belay: number;
  bare: number;
  /** Over the steps 10 to 110 and over the last hundred. */
  early: number;
  late: number;
  bareEarly: number;
  bareLate: number;
}

/** One run and the bare replay of what it committed, in files that have seen a run before. */
async function onePair(steps: number): Promise<Pair> {
  const folder = tempFolder();
  const bench = await openBench(join(folder.path, "belay.db"), adding());
  const bare = openBareStore(join(folder.path, "bare.db"));
  await bare.replay((await oneRun(bench, warmUpSteps)).commits);
  const run = await oneRun(bench, steps);
  const replayed = await bare.replay(run.commits);
  bare.close();
  await bench.stop();
  folder.remove();
  return {
    belay: run.ms / steps,
    bare: replayed.ms / steps,
    early: window(run.at, 10),
    late: window(run.at, steps - 100),
    bareEarly: window(replayed.at, 10),
    bareLate: window(replayed.at, steps - 100),
  };
}

/** ms per step from step `from` on, over 100 steps. */
function window(at: readonly number[], from: number): number {
  return ((at[2 * (from + 100) + 1] ?? Number.NaN) - (at[2 * from + 1] ?? Number.NaN)) / 100;
}

/** The bytes of a new file that saw one run, with the write-ahead log folded in. */
async function bytesOf(steps: number): Promise<number> {
  const folder = tempFolder();
  const path = join(folder.path, "belay.db");
  const bench = await openBench(path, adding());
  await oneRun(bench, steps);
  await bench.stop();
  const db = new Database(path);
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  const { size } = statSync(path);
  folder.remove();
  return size;
}

/** Two inserts of about 500 bytes a step: the floor that other engines are measured against. */
function inserts(steps: number): number {
  const folder = tempFolder();
  const floor = openFloor(join(folder.path, "floor.db"));
  floor.steps(warmUpSteps, "warm");
  const ms = floor.steps(steps);
  floor.close();
  folder.remove();
  return ms / steps;
}

await onePair(1000);
const empty = await bytesOf(1);
for (const steps of [10, 50, 200, 1000]) {
  const times = Math.max(15, Math.round(600 / steps));
  const pairs: Pair[] = [];
  const floor: number[] = [];
  for (let time = 0; time < times; time++) {
    pairs.push(await onePair(steps));
    floor.push(inserts(steps));
  }
  const ratios = pairs.map((pair) => pair.belay / pair.bare).toSorted((a, b) => a - b);
  const row = {
    workload: "W1",
    steps,
    "ms per step": round(median(pairs.map((pair) => pair.belay)), 3),
    "its commits bare, ms": round(median(pairs.map((pair) => pair.bare)), 3),
    "two bare inserts, ms": round(median(floor), 3),
    "to its commits": round(median(ratios)),
    "lowest and highest": [round(ratios[0] ?? Number.NaN), round(ratios.at(-1) ?? Number.NaN)],
    "bytes per step": Math.round(((await bytesOf(steps)) - empty) / (steps - 1)),
  };
  const flat = {
    "early ms": round(median(pairs.map((pair) => pair.early)), 3),
    "late ms": round(median(pairs.map((pair) => pair.late)), 3),
    "late to early": round(median(pairs.map((pair) => pair.late / pair.early))),
    "late to early, bare": round(median(pairs.map((pair) => pair.bareLate / pair.bareEarly))),
  };
  process.stdout.write(`${JSON.stringify(steps < 1000 ? row : { ...row, ...flat })}\n`);
}
