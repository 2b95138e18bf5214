/** One number for each column of the comparison, from what was found in the files. */
import type { Evidence } from "./evidence.ts";

export const longFile = 200;
export const longFunction = 40;

export interface Figures {
  lines: number;
  files: Spread;
  functions: Spread & { over40Percent: number };
  /** statements inside each other, at the deepest place */
  nesting: number;
  circles: { count: number; largest: number };
  /** pairs of folders: of the first two levels, and at any depth */
  mutual: { rooms: number; folders: number };
  perKloc: { any: number; as: number; nonNull: number; copies: number };
  exportsDocumentedPercent: number;
  /** lines of tests for each line of the program */
  testsPerSource: number;
}

/** In lines: half of all are at most `median` long, nine tenths at most `p90`. */
export interface Spread {
  median: number;
  p90: number;
  max: number;
}

export function figuresOf(evidence: Evidence): Figures {
  const { files, functions, circles, mutual, exports } = evidence;
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const perKloc = (found: readonly unknown[]) => ratio(found.length * 1000, lines);
  const overLong = functions.filter((found) => found.lines > longFunction);
  const documented = exports.filter((found) => found.isDocumented);
  return {
    lines,
    files: spreadOf(files),
    functions: { ...spreadOf(functions), over40Percent: ratio(overLong.length * 100, functions.length) },
    nesting: Math.max(0, ...evidence.depths.map(({ depth }) => depth)),
    circles: { count: circles.length, largest: circles[0]?.length ?? 0 },
    mutual: { rooms: mutual.rooms.length, folders: mutual.folders.length },
    perKloc: {
      any: perKloc(evidence.anys),
      as: perKloc(evidence.casts),
      nonNull: perKloc(evidence.nonNulls),
      copies: perKloc(evidence.copies),
    },
    exportsDocumentedPercent: ratio(documented.length * 100, exports.length),
    testsPerSource: ratio(evidence.testLines, lines),
  };
}

function spreadOf(measured: readonly { lines: number }[]): Spread {
  const sorted = measured.map(({ lines }) => lines).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { median: at(0.5), p90: at(0.9), max: at(1) };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
