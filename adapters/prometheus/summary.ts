/** Series as the model gets them: few, and each in the numbers that matter, with a notice of what is left out. */
import type { Labels, Sample } from "./answers.ts";
import { type Point, shapeOf } from "./changes.ts";
import { isoTime } from "./span.ts";

/** One series of an answer; `values` is missing for native histograms. */
export interface Series {
  metric: Labels;
  values?: readonly Sample[] | undefined;
}

/** At most so many series are told to the model; the rest are counted. */
export const maxSeries = 20;

/** Unix seconds; `step` in seconds. */
export interface Window {
  start: number;
  end: number;
  step: number;
}

/** Those that moved most come first. */
export function summaryOf(all: readonly Series[], window: Window): { series: unknown[]; notice?: string } {
  const sorted = sortedByMovement(all);
  const shown = sorted.slice(0, maxSeries).map(({ series, points }) => lineOf(series, points, window));
  const more = all.length - shown.length;
  if (more <= 0) return { series: shown };
  const notice = `${more} of ${all.length} series are left out, those that moved least; narrow it with labels, sum by (…) or topk(${maxSeries}, …)`;
  return { series: shown, notice };
}

/** Each with its points that are numbers; those that moved most come first. */
export function sortedByMovement(all: readonly Series[]): { series: Series; points: Point[] }[] {
  return all
    .map((series) => ({ series, points: pointsOf(series.values ?? []) }))
    .sort((a, b) => spreadOf(b.points) - spreadOf(a.points));
}

function lineOf({ metric, values = [] }: Series, points: readonly Point[], { start, end, step }: Window) {
  const [first] = points;
  const last = points.at(-1);
  const gone = values.length - points.length;
  if (!first || !last) return { labels: metric, points: 0, note: noteOf(values.length) };
  const least = points.reduce((one, other) => (other.value < one.value ? other : one));
  const most = points.reduce((one, other) => (other.value > one.value ? other : one));
  const { shifts, trend } = shapeOf(points);
  return {
    labels: metric,
    points: points.length,
    first: first.value,
    last: last.value,
    min: { value: least.value, at: isoTime(least.at) },
    max: { value: most.value, at: isoTime(most.at) },
    changed: shifts.map(({ at, before, after }) => ({
      at: isoTime(at),
      from_about: rounded(before),
      to_about: rounded(after),
    })),
    ...(trend ? { trend } : {}),
    ...(first.at > start + step ? { begins_at: isoTime(first.at) } : {}),
    ...(last.at < end - step ? { ends_at: isoTime(last.at) } : {}),
    ...(gone > 0 ? { not_numbers: gone } : {}),
  };
}

function noteOf(samples: number): string {
  return samples > 0
    ? "it has no number here, only NaN or infinity"
    : "a native histogram: ask for histogram_quantile(0.95, rate(…)) or histogram_count(…)";
}

/** Without NaN and the infinities. */
function pointsOf(samples: readonly Sample[]): Point[] {
  return samples
    .map(([at, text]) => ({ at, value: Number(text) }))
    .filter(({ value }) => Number.isFinite(value));
}

function spreadOf(points: readonly Point[]): number {
  const values = points.map(({ value }) => value);
  return points.length === 0 ? -1 : Math.max(...values) - Math.min(...values);
}

/** Levels are means: more digits would be false. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
