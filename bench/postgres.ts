/** W1 and W2 on PostgreSQL, in one process: beside bare inserts on the same server, one pair after the other. */
import { lastVersionOf, median, round } from "./bot.ts";
import { openBenchOn, openPostgresFloor, startDurable } from "./on-postgres.ts";

const server = await startDurable();
const bare = await openPostgresFloor(await server.database());

/** ms for `runs` runs of `steps` steps at once, on a database that has seen none. */
async function belay(runs: number, steps: number): Promise<number> {
  const bench = await openBenchOn(await server.database(), steps);
  const ended = bench.ended(runs, lastVersionOf(steps));
  const started = performance.now();
  await Promise.all(Array.from({ length: runs }, () => bench.launch("add")));
  await ended;
  const ms = performance.now() - started;
  await bench.stop();
  return ms;
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

for (const steps of [50, 200, 1000]) {
  const { belay, bare, ratio } = await pairs(1, steps, steps === 1000 ? 3 : 5);
  print({
    workload: "W1 on PostgreSQL",
    steps,
    "ms per step": round(belay / steps, 3),
    "two bare inserts, ms": round(bare / steps, 3),
    times: round(ratio),
  });
}
const [runs, steps] = [200, 10];
const many = await pairs(runs, steps, 5);
print({
  workload: "W2 on PostgreSQL",
  "steps per s": Math.round((runs * steps * 1000) / many.belay),
  "floor steps per s": Math.round((runs * steps * 1000) / many.bare),
  "of floor": round(1 / many.ratio, 3),
  "peak MB": Math.round(process.resourceUsage().maxRSS / 1024),
});
await bare.close();
await server.stop();

function print(row: object): void {
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
