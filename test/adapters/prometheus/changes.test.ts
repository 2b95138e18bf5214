/** When a series changed, and how its window is cut into points. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shapeOf } from "../../../adapters/prometheus/changes.ts";
import { isoTime, maxPoints, moment, stepFor } from "../../../adapters/prometheus/span.ts";
import { maxSeries, summaryOf } from "../../../adapters/prometheus/summary.ts";

const points = (...values: number[]) => values.map((value, at) => ({ at, value }));
const level = (value: number, length: number) => Array.from({ length }, () => value);

describe("a series", () => {
  test.each([
    ["that stays is none", level(7, 50), []],
    ["whose level jumps", [...level(1, 20), ...level(9, 30)], [{ at: 20, before: 1, after: 9 }]],
    [
      "that goes up and comes back",
      [...level(0.1, 40), ...level(2, 20), ...level(0.1, 40)],
      [
        { at: 40, before: 0.1, after: 2 },
        { at: 60, before: 2, after: 0.1 },
      ],
    ],
    [
      "with large numbers that differ by little",
      [...level(1e9, 10), ...level(1e9 + 5, 10)],
      [{ at: 10, before: 1e9, after: 1e9 + 5 }],
    ],
  ])("%s", (_, values, shifts) => {
    const shape = shapeOf(points(...values));
    expect(shape.trend).toBe(null);
    expect(shape.shifts.map(({ at }) => at)).toEqual(shifts.map(({ at }) => at));
    for (const [nth, shift] of shifts.entries()) {
      expect(shape.shifts[nth]?.before).toBeCloseTo(shift.before, 6);
      expect(shape.shifts[nth]?.after).toBeCloseTo(shift.after, 6);
    }
  });

  test("that climbs all along has no one moment, but a direction", () => {
    const climbing = Array.from({ length: 60 }, (_, nth) => nth * 3 + (nth % 2));
    expect(shapeOf(points(...climbing))).toEqual({ shifts: [], trend: "rises steadily" });
    expect(shapeOf(points(...climbing.toReversed()))).toEqual({ shifts: [], trend: "falls steadily" });
  });

  test("of noise around one level has not changed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 200 }),
        (noise) => {
          // Each value beside its mirror image: the level of no stretch differs from another's.
          const values = noise.flatMap((value) => [5 + value, 6 - value]);
          expect(shapeOf(points(...values)).shifts).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test("a window is cut into at most 200 points, and into no fewer than it must", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 * 365 * 86_400 }), (length) => {
      const step = stepFor(1_000, 1_000 + length);
      expect(Math.floor(length / step) + 1).toBeLessThanOrEqual(maxPoints);
      expect(Number.isInteger(step)).toBe(true);
      expect(step === 1 || length / step > maxPoints / 5).toBe(true);
    }),
  );
  expect(stepFor(0, 3_600)).toBe(30);
});

test("a time is a moment or a span before now; anything else is told with what to give", () => {
  const now = Date.parse("2026-11-28T09:00:00Z") / 1000;
  expect(isoTime(moment("30m", now))).toBe("2026-11-28T08:30:00Z");
  expect(isoTime(moment("2026-11-27T09:00:00+01:00", now))).toBe("2026-11-27T08:00:00Z");
  for (const wrong of ["yesterday", "30", "1y", "", "-5m", "2026", "2026-11-27T09:00:00"]) {
    expect(() => moment(wrong, now)).toThrow(/is no time; give RFC 3339 .* 30m/);
  }
});

describe("the summary", () => {
  const window = { start: 0, end: 10, step: 1 };
  const sample = (at: number, value: string): [number, string] => [at, value];

  test("says where a series begins and ends when it does not fill the window, and what was no number", () => {
    const values = [sample(4, "1"), sample(5, "NaN"), sample(6, "3"), sample(7, "+Inf")];
    expect(summaryOf([{ metric: { job: "a" }, values }], window).series).toEqual([
      {
        labels: { job: "a" },
        points: 2,
        first: 1,
        last: 3,
        min: { value: 1, at: "1970-01-01T00:00:04Z" },
        max: { value: 3, at: "1970-01-01T00:00:06Z" },
        changed: [],
        begins_at: "1970-01-01T00:00:04Z",
        ends_at: "1970-01-01T00:00:06Z",
        not_numbers: 2,
      },
    ]);
    expect(summaryOf([{ metric: {}, values: [sample(1, "NaN")] }], window).series).toMatchObject([
      { points: 0, note: expect.stringContaining("only NaN") },
    ]);
    expect(summaryOf([{ metric: {} }], window).series).toMatchObject([
      { points: 0, note: expect.stringContaining("histogram_quantile") },
    ]);
  });

  test("holds the series that moved most, and counts the others", () => {
    const series = Array.from({ length: 30 }, (_, nth) => ({
      metric: { nth: String(nth) },
      values: [sample(0, "0"), sample(10, String(nth))],
    }));
    const told = summaryOf(series, window);
    expect(told.series).toHaveLength(maxSeries);
    expect(told.series[0]).toMatchObject({ labels: { nth: "29" } });
    expect(told.notice).toMatch(/^10 of 30 series are left out, those that moved least; narrow it/);
  });
});
