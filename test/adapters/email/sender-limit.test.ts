/** One sender can't cause more than a bounded number of runs and mails in an hour. */

import { expect, test } from "vitest";
import { senderLimit } from "../../../adapters/email/sender-limit.ts";
import type { Budgets } from "../../../src/core/ports/budgets.ts";
import { clockOf } from "../../support/clock.ts";

/** What several processes have together: so many of each name, and nothing more later. */
function together(most: number): Budgets {
  const left = new Map<string, number>();
  return {
    async take(name) {
      const rest = left.get(name) ?? most;
      left.set(name, Math.max(0, rest - 1));
      return rest > 0 ? { taken: 1, waitMs: 0 } : { taken: 0, waitMs: 60_000 };
    },
    pause: async () => {},
    close: async () => {},
  };
}

test("the twenty-first run in an hour is refused, another sender's is not, an hour later all is new", async () => {
  const clock = { at: 0, now: () => clock.at, steady: () => clock.at };
  const limit = senderLimit(clock, null);
  for (let i = 0; i < 20; i++) expect(await limit.take("dana@example.com")).toBe(true);
  expect(await limit.take("dana@example.com")).toBe(false);
  expect(await limit.take("eve@example.com")).toBe(true);
  expect(await limit.mayTell("dana@example.com")).toBe(true);
  clock.at = 3_600_000;
  expect(await limit.take("dana@example.com")).toBe(true);
});

test("who has reached the limit is counted, whatever the date is", async () => {
  const clock = { at: 0, now: () => 1_700_000_000_000, steady: () => clock.at };
  const limit = senderLimit(clock, null);
  for (let i = 0; i < 20; i++) await limit.take("dana@example.com");
  expect(limit.waiting()).toBe(1);
  clock.at = 3_600_000;
  expect(limit.waiting()).toBe(0);
});

test("ten thousand senders are remembered, not more", async () => {
  const limit = senderLimit(
    clockOf(() => 0),
    null,
  );
  for (let i = 0; i < 20; i++) await limit.take("first@example.com");
  for (let i = 0; i < 10_001; i++) await limit.take(`${i}@example.com`);
  expect(await limit.take("first@example.com")).toBe(true);
});

test("two processes let a sender start twenty runs between them, not twenty each", async () => {
  const clock = { at: 0, now: () => clock.at, steady: () => clock.at };
  const budgets = together(20);
  const [one, two] = [senderLimit(clock, budgets), senderLimit(clock, budgets)];
  const took: boolean[] = [];
  for (let i = 0; i < 15; i++)
    took.push(await one.take("dana@example.com"), await two.take("dana@example.com"));
  expect(took.filter((may) => may)).toHaveLength(20);
  expect([one.waiting(), two.waiting()]).toEqual([1, 1]);
  // What the other process has spent is not counted here a second time: when there is more, this one has it.
  clock.at = 60_000;
  expect([one.waiting(), two.waiting()]).toEqual([0, 0]);
  expect(await senderLimit(clock, together(1)).take("dana@example.com")).toBe(true);
});

test("words to one sender are counted over the processes too", async () => {
  const budgets = together(1);
  const clock = clockOf(() => 0);
  expect(await senderLimit(clock, budgets).mayTell("dana@example.com")).toBe(true);
  expect(await senderLimit(clock, budgets).mayTell("dana@example.com")).toBe(false);
});

test("mails that were put back because nobody could be asked count for nothing", async () => {
  const counting = together(20);
  let isReachable = false;
  const take: Budgets["take"] = async (...asked) => {
    if (!isReachable) throw new Error("the database is away");
    return counting.take(...asked);
  };
  const limit = senderLimit(
    clockOf(() => 0),
    { ...counting, take },
  );
  for (let i = 0; i < 20; i++) await expect(limit.take("dana@example.com")).rejects.toThrow("away");
  isReachable = true;
  expect(await limit.take("dana@example.com")).toBe(true);
});
