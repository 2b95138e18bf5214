/** Kill the process at every point between two calls of store, model or tool: the end is the same, nothing is doubled. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const child = join(import.meta.dirname, "sweep-child.ts");
const root = mkdtempSync(join(tmpdir(), "belay-sweep-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ending {
  phase: { at: string; answer?: string };
  points: number;
  doubts: number;
  doubtQuestions: number;
}

/** Runs the child; null when it was killed. */
function run(folder: string, dieAt: number, mutant = "none"): Promise<Ending | null> {
  return new Promise((resolve, reject) => {
    // Compiled code is kept between the many processes: most of a child's life is its start.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(root, "compiled") };
    execFile(process.execPath, [child, folder, String(dieAt), mutant], { env }, (error, stdout, stderr) => {
      if (error?.signal === "SIGKILL") resolve(null);
      else if (error) reject(new Error(stderr || error.message));
      else resolve(JSON.parse(stdout.split("\n")[1] ?? "") as Ending);
    });
  });
}

function deploysIn(folder: string): number {
  return readFileSync(join(folder, "world.log"), "utf8")
    .split("\n")
    .filter((line) => line === "deploy v1").length;
}

interface Crash {
  point: number;
  killed: boolean;
  deploys: number;
  tagKeys: number;
  ending: Ending;
}

async function crashAt(point: number, mutant = "none"): Promise<Crash> {
  const folder = mkdtempSync(join(root, `${mutant}-${point}-`));
  const killed = (await run(folder, point, mutant)) === null;
  const ending = await run(folder, 0, mutant);
  if (!ending) throw new Error("the second process died too");
  const tags = readFileSync(join(folder, "world.log"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("tag "));
  return { point, killed, deploys: deploysIn(folder), tagKeys: new Set(tags).size, ending };
}

/** Crashes at every point, two at a time, until `enough` of them are known. */
async function sweep(mutant: string, enough: (crash: Crash) => boolean): Promise<Crash[]> {
  const folder = mkdtempSync(join(root, "whole-"));
  const whole = await run(folder, 0, mutant);
  if (!whole) throw new Error("the whole run was killed");
  const points = Array.from({ length: whole.points }, (_, index) => index + 1);
  const crashes: Crash[] = [];
  const oneAfterAnother = async () => {
    for (let point = points.shift(); point !== undefined && !crashes.some(enough); point = points.shift()) {
      crashes.push(await crashAt(point, mutant));
    }
  };
  await Promise.all([oneAfterAnother(), oneAfterAnother()]);
  return crashes;
}

test("whatever the moment of the kill, the run ends the same and no once call happens twice", async () => {
  const crashes = await sweep("none", () => false);
  expect(crashes.length).toBeGreaterThan(80);
  // How often the store is asked what is due depends on the moment: the last point may not be reached.
  expect(crashes.filter(({ killed }) => !killed).length).toBeLessThanOrEqual(2);
  for (const { point, deploys, tagKeys, ending } of crashes) {
    expect({ point, deploys, tagKeys, phase: ending.phase }).toEqual({
      point,
      deploys: 1,
      tagKeys: 1,
      phase: { at: "complete", answer: "done: 3, 12, v1, blue" },
    });
    expect(ending.doubtQuestions).toBe(ending.doubts);
    expect(ending.doubts).toBeLessThanOrEqual(1);
  }
  // Between intent and outcome nobody can know: those kills, and only those, became a question.
  expect(crashes.filter(({ ending }) => ending.doubts === 1).length).toBeGreaterThan(0);
}, 240_000);

test("the sweep bites: without the intent a call is done twice", async () => {
  const isDoubled = ({ deploys }: Crash) => deploys > 1;
  const crashes = await sweep("no_intent", isDoubled);
  expect(crashes.some(isDoubled)).toBe(true);
}, 240_000);
