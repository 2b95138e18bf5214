/** Round numbers along an axis, and how they are written. */

const day = 86_400;
const timeSteps = [
  ...[1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800],
  ...[3_600, 7_200, 10_800, 21_600, 43_200, day, 2 * day, 7 * day],
];

/** From just below the least to just above the most value, in steps of 1, 2 or 5 times a power of ten; two at least. */
export function niceTicks(given: readonly number[]): number[] {
  // Smaller than any step that can be worked out.
  const values = given.map((value) => (Math.abs(value) < 1e-200 ? 0 : value));
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  // A curve near zero is seen against zero.
  const low = least > 0 && least < most * 0.7 ? 0 : Math.min(least, most);
  const span = most - low;
  // A flat line stands in the middle of what is around it; less than this is the dust of binary fractions.
  const dust = Math.max(Math.abs(low), Math.abs(most)) * 1e-12;
  if (!(span > dust)) return around(Number.isFinite(low) ? low : 0);
  const step = roundStep(span / 5);
  const first = Math.floor(low / step);
  const last = Math.ceil(most / step);
  return Array.from({ length: last - first + 1 }, (_, index) => exact((first + index) * step));
}

function around(value: number): number[] {
  if (value === 0) return [0, 1];
  const step = roundStep(Math.abs(value) / 4);
  const middle = Math.round(value / step);
  return [-2, -1, 0, 1, 2].map((offset) => exact((middle + offset) * step));
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((step) => step * power >= least * 0.999) ?? 10);
}

/** Without the dust of binary fractions. */
function exact(value: number): number {
  return Number(value.toPrecision(15));
}

/** Round moments in UTC, at most about seven, Unix seconds. Those of another day than the first say the day. */
export function timeTicks(start: number, end: number): { at: number; words: string }[] {
  const least = (end - start) / 7;
  const step = timeSteps.find((one) => one >= least) ?? Math.ceil(least / day) * day;
  const ticks: number[] = [];
  for (let at = Math.ceil(start / step) * step; at <= end; at += step) ticks.push(at);
  return ticks.map((at, index) => ({ at, words: momentInWords(at, step, index === 0) }));
}

function momentInWords(at: number, step: number, isFirst: boolean): string {
  const iso = new Date(at * 1000).toISOString();
  if (step >= day) return iso.slice(5, 10);
  const time = iso.slice(11, step < 60 ? 19 : 16);
  if (isFirst) return `${time} UTC`;
  return at % day === 0 ? iso.slice(5, 10) : time;
}

const prefixes = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** What stands beside the ticks of an axis: as many digits as tell one from the next. */
export function tickLabels(ticks: readonly number[]): string[] {
  const gaps = ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? 0));
  const step = Math.min(...gaps);
  const digits = ticks.map((tick) => (tick === 0 ? 0 : magnitude(tick) - magnitude(step) + 1));
  return ticks.map((tick) => valueInBrief(tick, Math.min(15, Math.max(4, ...digits))));
}

/** Of 1,000 it is 3. A hair more, since a power of ten may come out a little short. */
function magnitude(value: number): number {
  return Math.floor(Math.log10(Math.abs(value)) + 1e-9);
}

/** Four digits at most where no more are asked for: `0.025`, `1.5k`, `20M`. */
export function valueInBrief(value: number, digits = 4): string {
  const size = Math.abs(value);
  const [power, prefix] = prefixes.find(([least]) => size >= least) ?? [1, ""];
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return Number(value.toPrecision(digits)).toExponential();
  return `${Number((value / power).toPrecision(digits))}${prefix}`;
}
