/** Which series of an answer are drawn, and what the picture shows in words. */
import { brief } from "../../src/core/text/brief.ts";
import { plural } from "../../src/core/text/count.ts";
import type { Labels } from "./answers.ts";
import type { Point } from "./changes.ts";
import { isoTime } from "./span.ts";
import { type Series, sortedByMovement } from "./summary.ts";
import { valueInBrief } from "./ticks.ts";

/** One line of the picture; it has at least one point. */
export interface Drawn {
  labels: Labels;
  points: readonly Point[];
}

/** More of them could not be told apart. */
export const maxDrawn = 8;

/** Those that moved most, and how many have any number to draw. */
export function drawn(all: readonly Series[]): { series: Drawn[]; total: number } {
  const found = sortedByMovement(all)
    .filter(({ points }) => points.length > 0)
    .map(({ series, points }) => ({ labels: series.metric, points }));
  return { series: found.slice(0, maxDrawn), total: found.length };
}

/** For who can't see it: what it is of, over which time, and the first lines' least, most and last values. */
export function chartInWords(
  title: string,
  { series, total }: ReturnType<typeof drawn>,
  { start, end }: { start: number; end: number },
): string {
  const told = series.slice(0, 3).map(({ points }) => {
    const values = points.map(({ value }) => value);
    const [low, high, last] = [Math.min(...values), Math.max(...values), values.at(-1) ?? 0].map((value) =>
      valueInBrief(value),
    );
    return `${low} to ${high}, at last ${last}`;
  });
  const more = total > told.length ? `; ${plural(total - told.length, "more line")}` : "";
  return `${brief(title, 120)}, ${isoTime(start)} to ${isoTime(end)}: ${told.join("; ")}${more}`;
}
