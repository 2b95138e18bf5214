/**
 * Kill the process at every point between two calls of store, model or tool: the end is the same, nothing is doubled.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startChild } from "../support/child.ts";
import { inLanes } from "../support/lanes.ts";

const root = mkdtempSync(join(tmpdir(), "belay-sweep-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ending {
  phase: { at: string; answer?: string };
  points: number;
  /** How many points came before the deploy. */
  deployedAt: number;
  doubts: number;
  doubtQuestions: number;
}

interface Life {
  folder: string;
  /** 0: it does not die. */
  dieAt: number;
}

/** Lives these lives in one process, in this order; returns how each ended that did, until the process was killed. */
async function live(mutant: string, lives: readonly Life[]): Promise<Ending[]> {
  const args = lives.flatMap(({ folder, dieAt }) => [folder, String(dieAt)]);
  const child = startChild("test/faults/sweep-child.ts", [mutant, ...args]);
  const ended = await child.ended;
  const endings = ended.output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Ending);
  const hasDiedAsMeant = ended.signal === "SIGKILL" && lives[endings.length]?.dieAt !== 0;
  if ((ended.code !== 0 && !hasDiedAsMeant) || ended.errors !== "") {
    throw child.failure(ended, `lived ${JSON.stringify(lives)}`);
  }
  return endings;
}

interface Crash {
  point: number;
  killed: boolean;
  deploys: number;
  tagKeys: number;
  ending: Ending;
}

function crashOf({ folder, dieAt: point }: Life, killed: boolean, ending: Ending): Crash {
  const world = readFileSync(join(folder, "world.log"), "utf8").split("\n");
  const tags = world.filter((line) => line.startsWith("tag "));
  const deploys = world.filter((line) => line === "deploy v1").length;
  return { point, killed, deploys, tagKeys: new Set(tags).size, ending };
}

/**
 * Crashes at every point, in two lanes, until `enough` of them are known. Each process first carries on the run that
 * the one before it was killed in, as the first thing it does, and then dies in a run of its own: half of a process's
 * time is its start. The points after the deploy come first: that is where a build that repeats it is found out.
 */
async function sweep(mutant: string, enough: (crash: Crash) => boolean): Promise<Crash[]> {
  const [whole] = await live(mutant, [{ folder: mkdtempSync(join(root, "whole-")), dieAt: 0 }]);
  if (!whole) throw new Error("the whole run was killed");
  const points = Array.from({ length: whole.points }, (_, index) => index + 1);
  const crashes: Crash[] = [];
  await inLanes(
    2,
    [...points.slice(whole.deployedAt), ...points.slice(0, whole.deployedAt)],
    async (next) => {
      let dead: { life: Life; killed: boolean } | null = null;
      do {
        const point = crashes.some(enough) ? undefined : next();
        const life =
          point === undefined ? null : { folder: mkdtempSync(join(root, `${mutant}-`)), dieAt: point };
        const carriedOn: Life[] = dead ? [{ ...dead.life, dieAt: 0 }] : [];
        const endings = await live(mutant, [...carriedOn, ...(life ? [life] : [])]);
        const [ending] = endings;
        if (dead && ending) crashes.push(crashOf(dead.life, dead.killed, ending));
        dead = life && { life, killed: endings.length === carriedOn.length };
      } while (dead);
    },
  );
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
});

test("the sweep bites: without the intent a call is done twice", async () => {
  const isDoubled = ({ deploys }: Crash) => deploys > 1;
  const crashes = await sweep("no_intent", isDoubled);
  expect(crashes.some(isDoubled)).toBe(true);
});
