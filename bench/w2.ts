/** W2: many runs at once. Steps a second beside the floor with group commit, and the peak of memory. */
import { join } from "node:path";
import { adding, lastVersionOf, median, openBench, round, tempFolder } from "./bot.ts";
import { openFloor } from "./floor.ts";

const runs = 200;
const steps = 10;

async function many(): Promise<number> {
  const folder = tempFolder();
  const bench = await openBench(join(folder.path, "belay.db"), adding(steps));
  const ended = bench.ended(runs, lastVersionOf(steps));
  const started = performance.now();
  await Promise.all(Array.from({ length: runs }, () => bench.launch("add")));
  await ended;
  const ms = performance.now() - started;
  await bench.stop();
  folder.remove();
  return (runs * steps * 1000) / ms;
}

function floor(): number {
  const folder = tempFolder();
  const bare = openFloor(join(folder.path, "floor.db"));
  const ms = bare.grouped(runs, steps);
  bare.close();
  folder.remove();
  return (runs * steps * 1000) / ms;
}

await many();
floor();
const belay: number[] = [];
const bare: number[] = [];
for (let time = 0; time < 5; time++) {
  belay.push(await many());
  bare.push(floor());
}
const row = {
  workload: "W2",
  "steps per s": Math.round(median(belay)),
  "floor steps per s": Math.round(median(bare)),
  "of floor": round(median(belay) / median(bare), 3),
  "peak MB": Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(`${JSON.stringify(row)}\n`);
