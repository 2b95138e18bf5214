/** It is looked at whether a call helped for as long as its tool said, wherever somebody sets the date meanwhile. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const started = 1_700_000_000_000;
let date = started;
let steady = 0;
const clock = clockOf(
  () => date,
  () => steady,
);
let store: Store;
let looks = 0;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  [date, steady, looks] = [started, 0, 0];
  store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
});
afterEach(() => {
  vi.useRealTimers();
});

/** Looked at every minute for ten minutes, and never decided. */
const restart = defineTool({
  ...{
    name: "restart",
    description: "Restarts.",
    input: z.object({}),
    effect: "once",
    requiresApproval: false,
  },
  run: async () => "restarted",
  verify: {
    check: async () => {
      looks += 1;
      return { verdict: "not_yet", words: "still 7 % errors" };
    },
    ...{ everyMs: minute, withinMs: 10 * minute },
  },
});

async function start(): Promise<Bot> {
  const model = scripted(calling(call("restart", {})), finalAnswer("It did not help."));
  const bot = await startBot({ store, clock, model, tools: [restart] });
  onTestFinished(() => bot.stop());
  return bot;
}

/** Time as it passes for everything in this process. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5_000) {
    date += 5_000;
    steady += 5_000;
    await vi.advanceTimersByTimeAsync(5_000);
  }
  await store.nextWake();
}

async function verdictOf(runId: string): Promise<{ ms: number } | undefined> {
  const events = await store.read(runId, 0);
  return events.find((event) => event.type === "call_verified");
}

test.each([
  ["ahead by a day", day],
  ["back by an hour", -day / 24],
])("a date that is set %s makes it neither shorter nor longer", async (_, jump) => {
  const bot = await start();
  const runId = await bot.launch("restart it");
  await bot.until(runId, () => looks > 0);
  await pass(3 * minute);
  date += jump;
  await pass(6 * minute);
  expect(await verdictOf(runId)).toBeUndefined();
  await pass(2 * minute);
  const verdict = await verdictOf(runId);
  expect(verdict?.ms).toBeGreaterThanOrEqual(10 * minute);
  expect(verdict?.ms).toBeLessThan(11 * minute);
  expect(looks).toBeGreaterThan(5);
});

test("a steady clock that counts parts of a ms: the last look comes in whole ones, and comes once", async () => {
  const bot = await start();
  const runId = await bot.launch("restart it");
  await bot.until(runId, () => looks > 0);
  steady += 0.25;
  await pass(11 * minute);
  expect((await verdictOf(runId))?.ms).toBe(10 * minute);
  expect(looks).toBe(11);
});
