/** Series as a picture: the SVG as it should look, its axes, and what it says to who can't see it. */
import { loadImage } from "@napi-rs/canvas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chart, chartSvg, heightOf, width } from "../../../adapters/prometheus/chart.ts";
import { chartInWords, drawn } from "../../../adapters/prometheus/drawn.ts";
import { pngOf } from "../../../adapters/prometheus/png.ts";
import { niceTicks, tickLabels, timeTicks, valueInBrief } from "../../../adapters/prometheus/ticks.ts";

const start = Date.parse("2026-11-28T09:00:00Z") / 1000;
const window = { start, end: start + 3_600, step: 60 };

/** One point a minute; null: it is missing. */
function series(labels: Record<string, string>, ...values: (number | string | null)[]) {
  const samples = values.flatMap((value, index) =>
    value === null ? [] : [[start + index * 60, String(value)] as [number, string]],
  );
  return { metric: labels, values: samples };
}

function chart(all: ReturnType<typeof series>[], change: Partial<Chart> = {}): Chart {
  return { title: "Failed checkouts a second", unit: "1/s", ...drawn(all), ...window, ...change };
}

const rising = Array.from({ length: 60 }, (_, minute) => (minute < 30 ? 0.02 : 0.02 + (minute - 30) / 40));

const charts: Record<string, Chart> = {
  "one that rises": chart([series({ service: "shop" }, ...rising)]),
  "a gap and a lone point": chart(
    [series({ __name__: "up" }, 1, 1, 1, null, null, 1, null, null, null, 0, 0)],
    { unit: null },
  ),
  "more than can be told apart": chart(
    Array.from({ length: 11 }, (_, n) => series({ __name__: "load", pod: `api-${n}` }, n, 2 * n, 3 * n)),
  ),
  "strangers' labels": chart([series({ __name__: "x", path: '</text><script>"&\u202eevil\u0000' }, 1, 2)], {
    title: "<b>A & B</b>",
    unit: '"%"',
  }),
  flat: chart([series({}, 7, 7, 7, 7)], { end: start + 180 }),
};

test.each(Object.entries(charts))("%s looks as it should", async (name, drawing) => {
  await expect(`${chartSvg(drawing)}\n`).toMatchFileSnapshot(
    `../../fixtures/charts/${name.replaceAll(/[ ']+/g, "-")}.svg`,
  );
});

describe("the PNG", () => {
  const drawing = chart([series({ service: "shop" }, ...rising)]);
  const size = { width, height: heightOf(drawing) };

  test("has the picture's size twice over, and its words too, with no font on the machine", async () => {
    const png = await pngOf(chartSvg(drawing), size);
    expect(await loadImage(png)).toMatchObject({ width: 2 * size.width, height: 2 * size.height });
    const mute = await pngOf(chartSvg(drawing).replaceAll(/<text.*<\/text>/g, ""), size);
    expect(png.length).toBeGreaterThan(mute.length);
    expect(png.length).toBeLessThan(200_000);
  });
});

describe("an axis", () => {
  test.each([
    [
      [0, 1],
      [0, 0.2, 0.4, 0.6, 0.8, 1],
    ],
    [
      [0.02, 0.77],
      [0, 0.2, 0.4, 0.6, 0.8],
    ],
    [
      [95, 99],
      [95, 96, 97, 98, 99],
    ],
    [
      [-3, 4],
      [-4, -2, 0, 2, 4],
    ],
    [[0], [0, 1]],
    [[], [0, 1]],
    [[1_200_000], [0, 500_000, 1_000_000, 1_500_000, 2_000_000]],
    // Spreads far below the values.
    [
      [1, 1 + 1e-11],
      [1, 1.000000000002, 1.000000000004, 1.000000000006, 1.000000000008, 1.00000000001],
    ],
  ])("over %j has %j", (values, ticks) => {
    expect(niceTicks(values)).toEqual(ticks);
  });

  test("holds every value between its ends, whatever the values", () => {
    const value = fc.double({ noNaN: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const ticks = niceTicks(values);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
        const slack = Math.max(...values.map(Math.abs)) * 1e-9 + 1e-200;
        expect(Math.min(...values)).toBeGreaterThanOrEqual((ticks[0] ?? 0) - slack);
        expect(Math.max(...values)).toBeLessThanOrEqual((ticks.at(-1) ?? 0) + slack);
      }),
    );
  });

  test("says of no two ticks the same, whatever the values", () => {
    const value = fc.double({ noNaN: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(value, fc.double({ noNaN: true, min: 1e-11, max: 1 }), (base, part) => {
        const labels = tickLabels(niceTicks([base, base * (1 + part)]));
        expect(new Set(labels).size).toBe(labels.length);
      }),
    );
  });

  test.each([
    [
      [1_000_001, 1_000_003],
      ["1.000001M", "1.0000015M", "1.000002M", "1.0000025M", "1.000003M"],
    ],
    [
      [0.02, 0.77],
      ["0", "0.2", "0.4", "0.6", "0.8"],
    ],
    [
      [95, 99],
      ["95", "96", "97", "98", "99"],
    ],
    [
      [2e-5, 2.0004e-5],
      ["2e-5", "2.0001e-5", "2.0002e-5", "2.0003e-5", "2.0004e-5"],
    ],
  ])("over %j says %j", (values, words) => expect(tickLabels(niceTicks(values))).toEqual(words));

  test("has room for its labels", () => {
    const places = (drawing: Chart) =>
      [...chartSvg(drawing).matchAll(/<text x="([\d.]+)"[^>]*text-anchor="end">([^<]*)</g)].map(
        ([, at, words = ""]) => Number(at) - words.length * 7.5,
      );
    const drawing = chart([series({}, 1, 1 + 1e-11, 1)]);
    expect(places(drawing).length).toBeGreaterThan(2);
    expect(Math.min(...places(drawing))).toBeGreaterThan(0);
    expect(chartSvg(drawing)).not.toContain("NaN");
  });

  test("of time has round moments, and says the day where it changes", () => {
    const late = Date.parse("2026-11-28T22:10:00Z") / 1000;
    expect(timeTicks(late, late + 4 * 3_600).map(({ words }) => words)).toEqual([
      "23:00 UTC",
      "11-29",
      "01:00",
      "02:00",
    ]);
    expect(timeTicks(start, start + 30).map(({ words }) => words)[1]).toBe("09:00:05");
    expect(timeTicks(start, start + 30 * 86_400).map(({ words }) => words)[0]).toBe("12-03");
  });

  test.each([
    [0, "0"],
    [0.0254, "0.0254"],
    [1_536, "1.536k"],
    [20_000_000, "20M"],
    [-1_500, "-1.5k"],
    [0.00001, "1e-5"],
    [3e15, "3e+15"],
  ])("writes %d as %s", (value, words) => expect(valueInBrief(value)).toBe(words));
});

test("for who can't see it, what the lines do stands in words", () => {
  const found = drawn([
    series({ a: "1" }, 0, 10, 4),
    series({}, "NaN"),
    ...[1, 2, 3].map((n) => series({ n: `${n}` }, 1, 2)),
  ]);
  expect(found.total).toBe(4);
  expect(chartInWords("CPU", found, window)).toBe(
    "CPU, 2026-11-28T09:00:00Z to 2026-11-28T10:00:00Z: 0 to 10, at last 4; 1 to 2, at last 2; 1 to 2, at last 2; 1 more line",
  );
});
