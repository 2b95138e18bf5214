/** Rates without waiting: how long each sender is told to wait, on a clock that the test moves. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Pace } from "../../../adapters/slack/send/pace.ts";
import { clockOf } from "../../support/clock.ts";

test("a burst goes at once, the rest queues in the order it came", () => {
  const rate = new Pace(
    clockOf(() => 10_000),
    1000,
    2,
  );
  expect(["a", "b", "c", "d", "e"].map((id) => rate.wait(id))).toEqual([0, 0, 1000, 2000, 3000]);
});

test("whoever waits keeps its place", () => {
  let now = 0;
  const rate = new Pace(
    clockOf(() => now),
    1000,
    1,
  );
  rate.wait("a");
  expect([rate.wait("b"), rate.wait("c")]).toEqual([1000, 2000]);
  now = 1000;
  expect(rate.wait("newcomer")).toBeGreaterThan(1000);
  expect(rate.wait("b")).toBe(0);
  now = 2000;
  expect(rate.wait("c")).toBe(0);
});

test("a 429 holds everybody up", () => {
  const rate = new Pace(
    clockOf(() => 0),
    1000,
    3,
  );
  rate.pause(5000);
  expect(rate.wait("a")).toBe(5000);
});

test("never more than the rate, however and whenever senders come back", () => {
  const senders = fc.array(fc.record({ id: fc.nat(9).map(String), after: fc.nat(1500) }), { maxLength: 200 });
  fc.assert(
    fc.property(senders, (attempts) => {
      let now = 0;
      const sent: number[] = [];
      const rate = new Pace(
        clockOf(() => now),
        1000,
        1,
      );
      for (const { id, after } of attempts) {
        now += after;
        if (rate.wait(id) === 0) sent.push(now);
      }
      for (const [index, at] of sent.entries()) {
        if (index > 0) expect(at - (sent[index - 1] ?? 0)).toBeGreaterThanOrEqual(999);
      }
    }),
  );
});

test("a hundred senders who wait as told are all through after a hundred turns", () => {
  let now = 0;
  const rate = new Pace(
    clockOf(() => now),
    1000,
    1,
  );
  const due = new Map(Array.from({ length: 100 }, (_, n) => [String(n), 0]));
  while (due.size > 0) {
    const [id, at] = [...due].sort((one, other) => one[1] - other[1])[0] ?? ["", 0];
    now = Math.max(now, at);
    const wait = rate.wait(id);
    if (wait === 0) due.delete(id);
    else due.set(id, now + wait);
  }
  expect(now).toBeLessThanOrEqual(100_000);
});
