/** When a series changed: the moments at which its level shifted, or that it drifts all along. */

export interface Point {
  /** Unix seconds. */
  at: number;
  value: number;
}

interface Shift {
  at: number;
  /** Mean levels on both sides, up to the next shift. */
  before: number;
  after: number;
}

/** How a series moved: the moments of its shifts, in the times of its points. */
export interface Shape {
  shifts: readonly Shift[];
  /** It moves all the time in one direction: there is no one moment at which it changed. */
  trend: "rises steadily" | "falls steadily" | null;
}

/** More would be no summary. */
const maxShifts = 4;
/** A split counts when it explains so much of what varies; what noise has by chance is far below. */
const explains = 0.6;
/** A level is at least so many points. */
const shortest = 2;
/** Three levels fit almost any few points. */
const longEnoughForTwo = 12;

/** Binary segmentation by least squares: where two levels explain a stretch best, and better than a line. */
export function shapeOf(points: readonly Point[]): Shape {
  const sums = sumsOf(points);
  const whole = { from: 0, to: points.length };
  const trend = trendOf(points, whole, sums);
  if (trend) return { shifts: [], trend };
  const cuts: number[] = [];
  const open = [whole];
  for (let stretch = open.shift(); stretch && cuts.length < maxShifts; stretch = open.shift()) {
    const found = cutsOf(stretch, sums);
    cuts.push(...found);
    const ends = [stretch.from, ...found, stretch.to];
    if (found.length > 0) open.push(...ends.slice(1).map((to, nth) => ({ from: ends[nth] ?? 0, to })));
  }
  const edges = [0, ...cuts.sort((a, b) => a - b), points.length];
  const mean = (from: number, to: number) => sums.of(from, to) / (to - from);
  const shifts = edges.slice(1, -1).map((cut, nth) => ({
    at: points[cut]?.at ?? 0,
    before: mean(edges[nth] ?? 0, cut),
    after: mean(cut, edges[nth + 2] ?? points.length),
  }));
  return { shifts, trend: null };
}

interface Stretch {
  from: number;
  to: number;
}

interface Sums {
  of(from: number, to: number): number;
  /** Of the squared distances to the mean. */
  spread(from: number, to: number): number;
}

function sumsOf(points: readonly Point[]): Sums {
  // Around the mean of all: squares of large numbers that differ little would lose what differs.
  const mean = points.reduce((sum, { value }) => sum + value / points.length, 0);
  const plain = [0];
  const squares = [0];
  for (const { value } of points) {
    plain.push((plain.at(-1) ?? 0) + value - mean);
    squares.push((squares.at(-1) ?? 0) + (value - mean) ** 2);
  }
  const between = (list: readonly number[], from: number, to: number) => (list[to] ?? 0) - (list[from] ?? 0);
  return {
    of: (from, to) => between(plain, from, to) + mean * (to - from),
    spread: (from, to) =>
      Math.max(0, between(squares, from, to) - between(plain, from, to) ** 2 / (to - from)),
  };
}

/** One cut, or two where the level goes away and comes back: then no single cut says much. */
function cutsOf(stretch: Stretch, sums: Sums): number[] {
  if (isNothing(stretch, sums)) return [];
  const enough = sums.spread(stretch.from, stretch.to) * (1 - explains);
  const one = bestCut(stretch, sums);
  if (one.left <= enough) return [one.at];
  if (stretch.to - stretch.from < longEnoughForTwo) return [];
  let best: { at: number[]; left: number } = { at: [], left: Number.POSITIVE_INFINITY };
  for (let first = stretch.from + shortest; first <= stretch.to - 2 * shortest; first++) {
    const { at, left } = bestCut({ from: first, to: stretch.to }, sums);
    const both = sums.spread(stretch.from, first) + left;
    if (both < best.left) best = { at: [first, at], left: both };
  }
  return best.left <= enough ? best.at : [];
}

/** `left`: what the two levels do not explain. */
function bestCut({ from, to }: Stretch, sums: Sums): { at: number; left: number } {
  let best = { at: from, left: Number.POSITIVE_INFINITY };
  for (let at = from + shortest; at <= to - shortest; at++) {
    const left = sums.spread(from, at) + sums.spread(at, to);
    if (left < best.left) best = { at, left };
  }
  return best;
}

/** What arithmetic itself leaves over is no movement. */
function isNothing({ from, to }: Stretch, sums: Sums): boolean {
  const mean = sums.of(from, to) / (to - from);
  return to - from < 2 * shortest || sums.spread(from, to) <= (to - from) * (Math.abs(mean) * 1e-9) ** 2;
}

/** A line explains most of it, and more than two levels do. */
function trendOf(points: readonly Point[], whole: Stretch, sums: Sums): Shape["trend"] {
  if (points.length < 8 || isNothing(whole, sums)) return null;
  const middle = (points.length - 1) / 2;
  const width = points.reduce((sum, _, nth) => sum + (nth - middle) ** 2, 0);
  const slope = points.reduce((sum, { value }, nth) => sum + (nth - middle) * value, 0) / width;
  const spread = sums.spread(whole.from, whole.to);
  const left = spread - slope ** 2 * width;
  if (left > spread * 0.2 || left >= bestCut(whole, sums).left) return null;
  return slope > 0 ? "rises steadily" : "falls steadily";
}
