/** Times as people write them: a moment, or how long before now; and the steps of a range. */

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** The forms of a time, for errors that the model reads. */
export const momentHint = "RFC 3339 (2026-11-28T09:00:00Z), or how long ago: 90s, 30m, 6h, 2d, 1w";

/** Unix seconds. Throws an Error with words for the model. `now`: Unix seconds. */
export function moment(text: string, now: number): number {
  const ago = secondsIn(text);
  if (ago !== null) return now - ago;
  // Without its zone it would be read in this machine's.
  const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  const at = isDate ? Date.parse(text) / 1000 : Number.NaN;
  if (Number.isNaN(at)) throw new Error(`${JSON.stringify(text)} is no time; give ${momentHint}`);
  return at;
}

/** The seconds of `90s`, `30m`, `6h`; null when it is no span. */
export function secondsIn(text: string): number | null {
  const [, amount, unit = ""] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const seconds = unitSeconds[unit];
  return amount === undefined || seconds === undefined ? null : Number(amount) * seconds;
}

/** At most so many points of a series come back. */
export const maxPoints = 200;

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200];

/** The smallest step of a round length with which at most `maxPoints` fall between the two, both ends included. */
export function stepFor(start: number, end: number): number {
  const least = (end - start) / (maxPoints - 1);
  const day = 86_400;
  return steps.find((step) => step >= least) ?? Math.ceil(least / day) * day;
}

/** ISO 8601 in whole seconds. */
export function isoTime(seconds: number): string {
  return new Date(Math.round(seconds) * 1000).toISOString().replace(".000Z", "Z");
}
