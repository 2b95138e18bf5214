/**
 * W1 and W2 on PostgreSQL, in one process: beside bare inserts on the same server, one pair after the other. As with
 * SQLite (w1.ts) the bot has driven runs before, as one has that has been up for a while: its code is compiled, its
 * connections are open, its statements are planned.
 */
import { lastVersionOf, median, round } from "./bot.ts";
import { openBenchOn, openPostgresFloor, startDurable } from "./on-postgres.ts";

const warmUpRuns = 4;
const warmUpSteps = 600;

const server = await startDurable();
const bare = await openPostgresFloor(await server.database());
const bench = await openBenchOn(await server.database());

/** ms for `runs` runs of `steps` steps at once. */
async function belay(runs: number, steps: number): Promise<number> {
  const ended = bench.ended(runs, lastVersionOf(steps));
  const started = performance.now();
  await Promise.all(Array.from({ length: runs }, () => bench.launch(`add ${steps}`)));
  await ended;
  return performance.now() - started;
}

async function pairs(runs: number, steps: number, times: number) {
  await belay(runs, steps);
  await bare.ms(runs, steps);
  const measured: { belay: number; bare: number }[] = [];
  for (let time = 0; time < times; time++) {
    measured.push({ belay: await belay(runs, steps), bare: await bare.ms(runs, steps) });
  }
  return {
    belay: median(measured.map((pair) => pair.belay)),
    bare: median(measured.map((pair) => pair.bare)),
    ratio: median(measured.map((pair) => pair.belay / pair.bare)),
  };
}

for (let run = 0; run < warmUpRuns; run++) await belay(1, warmUpSteps);
for (const steps of [50, 200, 1000]) await longRun(steps, 0);
await manyRuns(0);
// What a step costs beside its flushes is the same on every disk, so the quotients say first how quick the disk is.
for (const flushMs of [0.25, 0.5, 1]) {
  await bare.slowFlushes(flushMs);
  await longRun(200, flushMs);
  await manyRuns(flushMs);
}
await bench.stop();
await bare.close();
await server.stop();

/** `flushMs`: what each flush takes longer than the disk of this machine needs. */
async function longRun(steps: number, flushMs: number): Promise<void> {
  const { belay, bare, ratio } = await pairs(1, steps, steps === 1000 ? 5 : 9);
  print({
    workload: "W1 on PostgreSQL",
    steps,
    "ms added to a flush": flushMs,
    "ms per step": round(belay / steps, 3),
    "two bare inserts, ms": round(bare / steps, 3),
    times: round(ratio),
  });
}

async function manyRuns(flushMs: number): Promise<void> {
  const [runs, steps] = [200, 10];
  const { belay, bare, ratio } = await pairs(runs, steps, 5);
  print({
    workload: "W2 on PostgreSQL",
    "ms added to a flush": flushMs,
    "steps per s": Math.round((runs * steps * 1000) / belay),
    "floor steps per s": Math.round((runs * steps * 1000) / bare),
    "of floor": round(1 / ratio, 3),
    "peak MB": Math.round(process.resourceUsage().maxRSS / 1024),
  });
}

function print(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
