/** Messages that the store did not take for long: one at a time while the trouble lasts, and at once when it is over. */
import { pino } from "pino";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { StoreError } from "../../src/core/ports/store-error.ts";
import type { Claimed } from "../../src/engine/claimed.ts";
import { Tries } from "../../src/engine/tries.ts";
import { clockOf } from "../support/clock.ts";
import { said } from "../support/listening-bot.ts";

let now: number;
beforeEach(() => {
  now = 0;
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** The time of the tests passes, and that of their timers. */
async function pass(ms: number): Promise<void> {
  now += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

function claimed(key: string): Claimed {
  const row = { source: "chat", key, body: "", receivedAt: 0, state: "pending", runId: null, outcome: null };
  const inbound = said(key, `chat:C1/${key}`);
  return { row: row as Claimed["row"], inbound, until: now + 5_000, untried: false };
}

/** Messages that failed for so long that each is tried beside the others; the store takes those that `taken` names. */
async function failing(keys: readonly string[]) {
  const taken = new Set<string>();
  const tried: string[] = [];
  let atOnce = 0;
  const tries = new Tries({
    clock: clockOf(() => now),
    log: pino({ level: "silent" }),
    async workOff({ row }) {
      tried.push(row.key);
      expect(++atOnce).toBe(1);
      await Promise.resolve();
      atOnce--;
      if (!taken.has(row.key)) throw new StoreError("storage_busy", "this one is");
    },
    ended: () => {},
  });
  onTestFinished(() => tries.over());
  const comeAgain = async (those: readonly string[] = keys) => {
    for (const key of those) await tries.begin(claimed(key));
  };
  for (const key of keys) await expect(tries.begin(claimed(key))).rejects.toThrow(StoreError);
  now += 3_000;
  tried.length = 0;
  return { tries, taken, tried, comeAgain };
}

const many = Array.from({ length: 200 }, (_, n) => `m${n}`);

test("once the store takes one of them, all that wait are tried at once, one behind the other", async () => {
  const { taken, tried, comeAgain } = await failing(many);
  await comeAgain();
  await pass(0);
  expect(tried).toEqual(["m0"]);
  for (const key of many) taken.add(key);
  await pass(1_000);
  expect(tried).toEqual(["m0", ...many.slice(1)]);
});

test("while it takes none, a second passes between two tries, however often they come", async () => {
  const { tried, comeAgain } = await failing(many);
  for (let second = 0; second < 10; second++) {
    await comeAgain();
    await comeAgain();
    await pass(1_000);
  }
  // In the order in which they came: each has its turn before any has a second one.
  expect(tried).toEqual(many.slice(0, 11));
});

test("of those that it does not take yet each keeps the others for a second, and no longer", async () => {
  const { taken, tried, comeAgain } = await failing(many);
  for (const key of many) if (!["m0", "m50", "m100"].includes(key)) taken.add(key);
  await comeAgain();
  await pass(0);
  expect(tried).toHaveLength(1);
  await pass(1_000);
  expect(tried).toHaveLength(51);
  await pass(1_000);
  expect(tried).toHaveLength(101);
  await pass(1_000);
  expect(tried).toEqual(many);
});

test("one whose claim has run out meanwhile is somebody else's", async () => {
  const { taken, tried, comeAgain } = await failing(["m0", "m1", "m2"]);
  await comeAgain();
  await pass(0);
  taken.add("m1").add("m2");
  now += 5_000;
  await comeAgain(["m2"]);
  await pass(1_000);
  expect(tried).toEqual(["m0", "m2"]);
});

test("one that fails first while the trouble is known holds up nobody, and has its turn", async () => {
  const { tries, taken, tried, comeAgain } = await failing(["m0"]);
  await comeAgain();
  await pass(0);
  await tries.begin(claimed("new"));
  await tries.begin(claimed("new too"));
  expect(tried).toEqual(["m0", "new", "new too"]);
  taken.add("new").add("new too");
  await pass(1_000);
  expect(tried).toEqual(["m0", "new", "new too", "new", "new too"]);
  // The trouble is over: from now on one that fails is tried again in its turn.
  await expect(tries.begin(claimed("another"))).rejects.toThrow(StoreError);
});

test("those that begin to fail while the trouble is known, one after the other, keep no older one from its turn", async () => {
  const { tries, taken, tried, comeAgain } = await failing(["old"]);
  await comeAgain();
  await pass(0);
  taken.add("old");
  for (let second = 0; second < 3; second++) {
    await tries.begin(claimed(`new ${second}`));
    await comeAgain();
    await pass(1_000);
  }
  expect(tried.slice(0, 3)).toEqual(["old", "new 0", "old"]);
});
