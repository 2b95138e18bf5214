/** When a freeze holds: its beginning belongs to it, its end does not, whatever the clocks of its zone do. */
import { describe, expect, test } from "vitest";
import type { FreezeRule } from "../../src/core/agent.ts";
import { Freezes, spanFrom } from "../../src/engine/freezes.ts";

const plain = { name: "f", reason: null, tools: [], agents: [], approval: null };
const at = (time: string) => Date.parse(time);
const fixed: FreezeRule = {
  ...plain,
  ...{ zone: "+01:00", from: at("2026-11-27T00:00+01:00"), until: at("2026-11-30T09:00+01:00") },
};
/** Every night in Berlin, for ten hours. */
const nightly: FreezeRule = { ...plain, zone: "Europe/Berlin", cron: "0 22 * * *", forMs: 10 * 3_600_000 };
/** An hour from half past two, which a change of the clocks skips or repeats. */
const small: FreezeRule = { ...plain, zone: "Europe/Berlin", cron: "30 2 * * *", forMs: 3_600_000 };

const endAt = (rule: FreezeRule, time: string | number) => {
  const [freeze] = new Freezes([rule]).holding(typeof time === "string" ? at(time) : time);
  return freeze === undefined ? null : new Date(freeze.until).toISOString();
};

describe("from one time until another", () => {
  test.each([
    [fixed.from - 1, null],
    [fixed.from, "2026-11-30T08:00:00.000Z"],
    [fixed.until - 1, "2026-11-30T08:00:00.000Z"],
    [fixed.until, null],
  ])("at %d: %s", (time, end) => {
    expect(endAt(fixed, time)).toBe(end);
  });

  test("what is left is told in ms", () => {
    expect(new Freezes([fixed]).holding(fixed.until - 5)).toMatchObject([{ left: 5, until: fixed.until }]);
  });
});

describe("again and again", () => {
  test.each([
    ["2026-06-01T21:59:59.999+02:00", null],
    ["2026-06-01T22:00:00.000+02:00", "2026-06-02T06:00:00.000Z"],
    ["2026-06-02T07:59:59.999+02:00", "2026-06-02T06:00:00.000Z"],
    ["2026-06-02T08:00:00.000+02:00", null],
    // The night of 24 to 25 October 2026 is an hour longer, that of 27 to 28 March an hour shorter.
    ["2026-10-24T22:00:00.000+02:00", "2026-10-25T06:00:00.000Z"],
    ["2026-10-25T06:59:59.999+01:00", "2026-10-25T06:00:00.000Z"],
    ["2026-10-25T07:00:00.000+01:00", null],
    ["2026-10-25T22:00:00.000+01:00", "2026-10-26T07:00:00.000Z"],
    ["2027-03-27T22:00:00.000+01:00", "2027-03-28T07:00:00.000Z"],
    ["2027-03-28T09:00:00.000+02:00", null],
  ])("ten hours from 22:00 in Berlin, at %s: %s", (time, end) => {
    expect(endAt(nightly, time)).toBe(end);
  });

  test("a beginning that the clocks skip comes once, with the hour behind it", () => {
    const ends = new Set<string | null>();
    for (let time = at("2027-03-28T00:00+01:00"); time < at("2027-03-28T12:00+02:00"); time += 60_000)
      ends.add(endAt(small, time));
    expect([...ends]).toHaveLength(2);
  });

  test("a beginning that they repeat comes once at least, and always lasts the whole time", () => {
    const holding = [];
    for (let time = at("2026-10-25T00:00+02:00"); time < at("2026-10-25T12:00+01:00"); time += 60_000)
      holding.push(...new Freezes([small]).holding(time));
    expect(holding.length).toBeGreaterThanOrEqual(60);
    expect(Math.max(...holding.map(({ left }) => left))).toBe(3_600_000);
  });

  test("one that is asked about earlier times after later ones does not go by what it remembers", () => {
    const freezes = new Freezes([nightly]);
    const holds = (time: string) => freezes.holding(at(time)).length === 1;
    const times = ["2026-06-01T23:00+02:00", "2026-06-02T12:00+02:00", "2026-06-02T23:00+02:00"];
    for (const time of [...times, ...times.toReversed(), ...times])
      expect([time, holds(time)]).toEqual([time, !time.includes("T12")]);
  });
});

test("the one that holds, else the next one, is told", () => {
  expect(spanFrom(fixed, fixed.from - 1)).toMatchObject({ from: fixed.from });
  expect(spanFrom(fixed, fixed.until - 1)).toMatchObject({ from: fixed.from });
  expect(spanFrom(fixed, fixed.until)).toBeNull();
  const from = (time: string) => new Date(spanFrom(nightly, at(time))?.from ?? 0).toISOString();
  expect(from("2026-06-01T23:00+02:00")).toBe("2026-06-01T20:00:00.000Z");
  expect(from("2026-06-02T12:00+02:00")).toBe("2026-06-02T20:00:00.000Z");
});
