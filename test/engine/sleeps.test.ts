/** A run sleeps as long as it said, wherever somebody sets the date meanwhile; over a restart the date holds. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { type Bot, operator, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const hour = 3_600_000;
const started = 1_700_000_000_000;
let date = started;
let steady = 0;
const clock = clockOf(
  () => date,
  () => steady,
);
let store: Store;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  [date, steady] = [started, 0];
  store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
});
afterEach(() => {
  vi.useRealTimers();
});

/** Time as it passes for everything in this process. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5_000) {
    date += Math.min(left, 5_000);
    steady += Math.min(left, 5_000);
    await vi.advanceTimersByTimeAsync(Math.min(left, 5_000));
  }
  // The store works in order: what was found due is claimed when this is answered.
  await store.nextWake();
}

async function start(tool = "sleep_until", input: object = { seconds: 300 }): Promise<Bot> {
  const model = scripted(calling(call(tool, input)), finalAnswer("Awake."));
  const bot = await startBot({ store, clock, model });
  onTestFinished(() => bot.stop());
  return bot;
}

const statusOf = async (runId: string) => (await store.run(runId))?.status;

test.each([
  ["an hour", -hour],
  ["a day", -24 * hour],
])("a date that is set back by %s prolongs no sleep", async (_, jump) => {
  const bot = await start();
  const runId = await bot.launch("wait");
  await bot.untilStatus(runId, "sleeping");
  await pass(60_000);
  date += jump;
  await pass(235_000);
  expect(await statusOf(runId)).toBe("sleeping");
  await pass(10_000);
  expect(await bot.untilEnd(runId)).toMatchObject({ phase: { at: "complete", answer: "Awake." } });
});

test("a sleeper that was stopped is asked for no more", async () => {
  const asked: string[] = [];
  const { claim } = store;
  store.claim = (claiming) => {
    asked.push(...(claiming.only ?? []));
    return claim(claiming);
  };
  const bot = await start();
  const runId = await bot.launch("wait");
  await bot.untilStatus(runId, "sleeping");
  const by = { actor: operator, via: { channel: "console" } };
  await bot.engine.command(runId, { type: "cancel", reason: "not needed", ...by }, null);
  date -= hour;
  await pass(400_000);
  expect(asked).toEqual([]);
});

test("a date that is set back prolongs no wait for an event that began while the date was a day ahead", async () => {
  const bot = await start("wait_for_event", { event: "built", timeout_seconds: 300 });
  date += 24 * hour;
  const runId = await bot.launch("wait");
  await bot.untilStatus(runId, "sleeping");
  await pass(60_000);
  date -= 24 * hour;
  await pass(235_000);
  expect(await statusOf(runId)).toBe("sleeping");
  await pass(10_000);
  await bot.untilEnd(runId);
});

test("a date that is set forward ends a sleep early, by no more than the sleep was long", async () => {
  const bot = await start();
  const runId = await bot.launch("wait");
  await bot.untilStatus(runId, "sleeping");
  date += 24 * hour;
  await pass(10_000);
  await bot.untilEnd(runId);
});

test("a date that is set forward and back again changes nothing of what begins then", async () => {
  const bot = await start();
  date += 24 * hour;
  await pass(10_000);
  date -= 24 * hour;
  const runId = await bot.launch("wait");
  await bot.untilStatus(runId, "sleeping");
  await pass(290_000);
  expect(await statusOf(runId)).toBe("sleeping");
  await pass(15_000);
  await bot.untilEnd(runId);
});

test("words wake a run whose date was set back, and its former sleep wakes it no more", async () => {
  const model = scripted(
    calling(call("sleep_until", { seconds: 300 })),
    calling(call("sleep_until", { seconds: 3_000 })),
    finalAnswer("Awake."),
  );
  const bot = await startBot({ store, clock, model });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("wait");
  await bot.untilStatus(runId, "sleeping");
  date -= hour;
  const said = { type: "say", text: "longer", actor: operator, via: { channel: "api" } } as const;
  await bot.engine.command(runId, said, null);
  await bot.until(runId, (state) => state.steps === 2 && state.phase.at === "acting");
  await bot.untilStatus(runId, "sleeping");
  await pass(400_000);
  expect(await statusOf(runId)).toBe("sleeping");
  await pass(2_620_000);
  await bot.untilEnd(runId);
  expect(model.requests).toHaveLength(3);
});

test("after a restart the date holds", async () => {
  const first = await start();
  const runId = await first.launch("wait");
  await first.untilStatus(runId, "sleeping");
  await first.stop();
  date -= hour;
  const again = await startBot({ store, clock, model: scripted(finalAnswer("Awake.")) });
  onTestFinished(() => again.stop());
  await pass(310_000);
  expect(await statusOf(runId)).toBe("sleeping");
  date += hour;
  await pass(10_000);
  await again.untilEnd(runId);
});
