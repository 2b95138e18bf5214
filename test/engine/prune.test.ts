/** Keys are remembered for 30 days: long enough for every redelivery, and not for ever. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { scripted } from "../support/model/scripted.ts";

const day = 86_400_000;
const clock = clockOf(() => Date.now());
let store: Store;
let bot: Bot;

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_000 * day, toFake: ["setTimeout", "clearTimeout", "setInterval", "Date"] });
  store = await openSqlite({ path: ":memory:", clock });
});
afterEach(async () => {
  await bot.stop();
  await store.close();
  vi.useRealTimers();
});

/** Days of looking for messages take their time, and there are none. */
function quiet(): Store {
  return { ...store, claimInbox: async () => [] };
}

async function remember(key: string, ageInDays: number): Promise<void> {
  const receivedAt = clock.now() - ageInDays * day;
  await store.receive({ source: "slack", key, body: "{}", receivedAt });
  await store.settleInbox({ source: "slack", key }, { state: "done", runId: null, outcome: "noted" });
}

/** Those of the keys that are still known. */
async function known(...keys: string[]): Promise<string[]> {
  const rows = await Promise.all(keys.map((key) => store.inboxRow({ source: "slack", key })));
  return rows.flatMap((row) => (row ? [row.key] : []));
}

test("soon after the start and once a day, keys older than 30 days are forgotten", async () => {
  await remember("old", 31);
  await remember("young", 29);
  bot = await startBot({ store: quiet(), clock, model: scripted() });
  expect(await known("old", "young")).toEqual(["old", "young"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await known("old", "young")).toEqual(["young"]);
  await vi.advanceTimersByTimeAsync(2 * day);
  expect(await known("young")).toEqual([]);
});

test("a store that is busy is asked again the next day, and nothing is forgotten after a stop", async () => {
  await remember("old", 31);
  const pruned = vi.fn(store.pruneInbox).mockRejectedValueOnce(new Error("busy"));
  bot = await startBot({ store: { ...quiet(), pruneInbox: pruned }, clock, model: scripted() });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await known("old")).toEqual(["old"]);
  await vi.advanceTimersByTimeAsync(day);
  expect(await known("old")).toEqual([]);
  await bot.stop();
  await vi.advanceTimersByTimeAsync(2 * day);
  expect(pruned).toHaveBeenCalledTimes(2);
});
