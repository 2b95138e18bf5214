/** When a series changed: the moments at which its level shifted, or that it drifts all along. */

export interface Point {
  /** Unix seconds. */
  at: number;
  value: number;
}

export interface Shift {
  at: number;
  /** Mean levels on both sides, up to the next shift. */
  before: number;
  after: number;
}

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

/** Binary segmentation by least squares: where two levels explain a stretch best, and better than a line. */
export function shapeOf(points: readonly Point[]): Shape {
  const sums = sumsOf(points);
  const whole = { from: 0, to: points.length };
  const trend = trendOf(points, whole, sums);
  if (trend) return { shifts: [], trend };
  const cuts: number[] = [];
  const open = [whole];
  for (let stretch = open.shift(); stretch && cuts.length < maxShifts; stretch = open.shift()) {
    const cut = bestCut(stretch, sums);
    if (cut === null) continue;
    cuts.push(cut);
    open.push({ from: stretch.from, to: cut }, { from: cut, to: stretch.to });
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
    spread: (from, to) => Math.max(0, between(squares, from, to) - between(plain, from, to) ** 2 / (to - from)),
  };
}

function bestCut({ from, to }: Stretch, sums: Sums): number | null {
  const spread = sums.spread(from, to);
  if (isNothing(spread, { from, to }, sums)) return null;
  let best = { cut: -1, left: Number.POSITIVE_INFINITY };
  for (let cut = from + shortest; cut <= to - shortest; cut++) {
    const left = sums.spread(from, cut) + sums.spread(cut, to);
    if (left < best.left) best = { cut, left };
  }
  return best.left <= spread * (1 - explains) ? best.cut : null;
}

/** What arithmetic itself leaves over is no movement. */
function isNothing(spread: number, { from, to }: Stretch, sums: Sums): boolean {
  const mean = sums.of(from, to) / (to - from);
  return to - from < 2 * shortest || spread <= (to - from) * (Math.abs(mean) * 1e-9) ** 2;
}

function trendOf(points: readonly Point[], { from, to }: Stretch, sums: Sums): Shape["trend"] {
  const spread = sums.spread(from, to);
  if (to - from < 8 || isNothing(spread, { from, to }, sums)) return null;
  const middle = (points.length - 1) / 2;
  const slope =
    points.reduce((sum, { value }, nth) => sum + (nth - middle) * value, 0) /
    points.reduce((sum, _, nth) => sum + (nth - middle) ** 2, 0);
  const explained = slope ** 2 * points.reduce((sum, _, nth) => sum + (nth - middle) ** 2, 0);
  if (explained < spread * 0.8) return null;
  const cut = bestCut({ from, to }, sums);
  const left = cut === null ? spread : sums.spread(from, cut) + sums.spread(cut, to);
  if (spread - explained >= left) return null;
  return slope > 0 ? "rises steadily" : "falls steadily";
}
