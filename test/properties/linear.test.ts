/**
 * Strangers choose the text that the bot reads and draws: none of it may cost more than its length. Every reader is
 * given long repetitions of what its patterns look for, and what counts is how its cost grows with them, not what it is:
 * how fast or busy the machine is does not matter. `npm run bench -- linear` tells what they cost.
 *
 * They run in a thread of their own, so that what never ends can be stopped.
 */
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { fragments } from "../support/linear/fragments.ts";
import { type Growth, growthOf } from "../support/linear/growth.ts";
import { readers } from "../support/linear/readers.ts";

/** A repetition that takes this long by the clock will not end. */
const stopMs = 120_000;

interface Told {
  reader: string;
  fragment: string;
  growth: Growth | null | "not ended";
}

/** Of each repetition for each reader; one that did not end is the last. */
function growths(): Promise<Told[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Told[]>();
  const told: Told[] = [];
  const worker = new Worker(new URL("../support/linear/worker.ts", import.meta.url));
  const stop = setTimeout(() => void worker.terminate(), stopMs);
  worker.on("message", (one: Told) => {
    stop.refresh();
    if (told.at(-1)?.growth === "not ended") told.pop();
    told.push(one);
  });
  worker.on("error", reject);
  worker.on("exit", () => {
    clearTimeout(stop);
    resolve(told);
  });
  return promise;
}

test("nothing costs more than the length of its text", async () => {
  const told = await growths();
  expect(told.filter(({ growth }) => growth !== null)).toEqual([]);
  expect(told).toHaveLength(Object.keys(readers).length * fragments.length);
}, 600_000);

test("what looks at the rest of its text from every place is found", () => {
  const squares = (text: string) => {
    let found = 0;
    for (let from = 0; from < text.length; from++) {
      for (let at = from; at < text.length; at++) if (text[at] === "\n") found += 1;
    }
    return found;
  };
  expect(growthOf(squares, "[")).not.toBeNull();
  // No end of a comment ever comes.
  expect(growthOf((text) => text.replace(/<!--[\s\S]*?-->/g, ""), "<!--")).not.toBeNull();
});
