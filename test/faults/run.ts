/**
 * `npm run faults [-- --kills 1000]`: a whole bot killed at random moments until so many kills are done, each run
 * carried on by the next process to its end. Prints what was counted; exits with 1 when anything was lost or doubled.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startChild } from "../support/child.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, seed: { type: "string" } },
});
const wanted = Number(values.kills);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const root = mkdtempSync(join(tmpdir(), "belay-faults-"));
const random = mulberry(seed);

interface Ending {
  phase: { at: string; answer?: string };
  doubts: number;
  doubtQuestions: number;
}

/** Runs the child; `ms` after it began to work it is killed. null: killed in time. */
async function life(folder: string, ms: number): Promise<{ ending: Ending | null; worked: number }> {
  const bot = startChild("test/faults/sweep-child.ts", ["none", folder, "0"]);
  await bot.says("working");
  const began = performance.now();
  const timer = setTimeout(() => bot.process.kill("SIGKILL"), ms);
  const ended = await bot.ended;
  clearTimeout(timer);
  const worked = performance.now() - began;
  if (ended.signal === "SIGKILL" && ended.errors === "") return { ending: null, worked };
  if (ended.code !== 0) throw bot.failure(ended, "failed");
  return { ending: JSON.parse(ended.output.split("\n")[1] ?? "") as Ending, worked };
}

const count = { kills: 0, runs: 0, lost: 0, doubled: 0, doubts: 0, askedTwice: 0 };

/** One run, killed at random moments while it works. */
async function oneRun(whole: number): Promise<void> {
  const folder = mkdtempSync(join(root, "run-"));
  let ending: Ending | null = null;
  while (!ending) {
    const ms = count.kills < wanted ? whole * random() : 60_000;
    ({ ending } = await life(folder, ms));
    if (!ending) count.kills++;
  }
  judge(folder, ending);
  rmSync(folder, { recursive: true, force: true });
}

function judge(folder: string, ending: Ending): void {
  const done = readFileSync(join(folder, "world.log"), "utf8").split("\n");
  const deploys = done.filter((line) => line === "deploy v1").length;
  count.runs++;
  if (ending.phase.answer !== "done: 3, 12, v1, blue" || deploys === 0) count.lost++;
  if (deploys > 1) count.doubled++;
  count.doubts += ending.doubts;
  if (ending.doubts !== ending.doubtQuestions) count.askedTwice++;
}

async function timeOfOneLife(): Promise<number> {
  return (await life(mkdtempSync(join(root, "whole-")), 60_000)).worked;
}

/** A small seeded generator, so that a failing sequence of moments can be tried again. */
function mulberry(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

await timeOfOneLife();
const whole = await timeOfOneLife();
while (count.kills < wanted) await oneRun(whole);
rmSync(root, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify({ seed, ...count })}\n`);
process.exit(count.lost + count.doubled + count.askedTwice === 0 ? 0 : 1);
