/** The figures as a table, and the places behind them as lists, in plain text. */
import type { Evidence } from "./evidence.ts";
import { type Figures, longFile, longFunction, type Spread } from "./figures.ts";
import type { Found } from "./parse.ts";

/** One line for each figure, one column for each folder. */
export function tableOf(columns: readonly { title: string; figures: Figures }[]): string {
  const rows = new Map<string, string[]>([["", columns.map(({ title }) => title)]]);
  for (const { figures } of columns) {
    for (const [name, value] of cellsOf(figures)) rows.set(name, [...(rows.get(name) ?? []), value]);
  }
  const table = [...rows].map(([name, values]) => [name, ...values]);
  const widthOf = (column: number) => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const padded = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widthOf(column)) : cell.padStart(widthOf(column));
  return table.map((row) => row.map(padded).join("  ")).join("\n");
}

function cellsOf(figures: Figures): [string, string][] {
  const { files, functions, circles, mutual, perKloc } = figures;
  return [
    ["lines", figures.lines.toLocaleString("en")],
    ["lines of a file, 50 % / 90 % / largest", spread(files)],
    ["lines of a function, 50 % / 90 % / largest", spread(functions)],
    [`functions over ${longFunction} lines`, `${rounded(functions.over40Percent)} %`],
    ["deepest nesting", String(figures.nesting)],
    ["circles of imports, types counted (largest)", `${circles.count} (${circles.largest})`],
    ["folders that import each other, two levels", String(mutual.rooms)],
    ["folders that import each other, any depth", String(mutual.folders)],
    ["any per 1,000 lines", rounded(perKloc.any)],
    ["as per 1,000 lines", rounded(perKloc.as)],
    ["! per 1,000 lines", rounded(perKloc.nonNull)],
    ["exports documented", `${figures.exportsDocumentedPercent.toFixed(0)} %`],
    ["lines of tests for a line of source", figures.testsPerSource.toFixed(2)],
    ["identical runs of lines per 1,000 lines", rounded(perKloc.copies)],
  ];
}

/** The places behind each figure, those to mend first on top. */
export function listOf(evidence: Evidence): string {
  const deepest = Math.max(0, ...evidence.depths.map(({ depth }) => depth));
  const lists: [string, string[]][] = [
    [`files over ${longFile} lines`, longest(evidence.files, longFile)],
    [`functions over ${longFunction} lines`, longest(evidence.functions, longFunction)],
    ["deepest nesting", evidence.depths.filter(({ depth }) => depth === deepest && depth > 0).map(line)],
    ["circles of imports", evidence.circles.map((circle) => circle.join(" "))],
    ["folders that import each other", evidence.mutual.folders],
    ["any", evidence.anys.map(line)],
    ["as", evidence.casts.map(line)],
    ["!", evidence.nonNulls.map(line)],
    ["exports without a comment", evidence.exports.filter(({ isDocumented }) => !isDocumented).map(line)],
    ["identical runs of lines", evidence.copies.map(line)],
  ];
  return lists
    .map(([title, places]) =>
      [`${title}: ${places.length}`, ...places.map((place) => `  ${place}`)].join("\n"),
    )
    .join("\n\n");
}

function longest(found: readonly (Found & { lines: number })[], limit: number): string[] {
  return found
    .filter(({ lines }) => lines > limit)
    .sort((a, b) => b.lines - a.lines)
    .map((place) => `${line(place)}  (${place.lines} lines)`);
}

function line({ at, what }: Found): string {
  return what === "" ? at : `${at}  ${what}`;
}

function spread({ median, p90, max }: Spread): string {
  return `${median} / ${p90} / ${max}`;
}

/** One place after the point, and none for a round number. */
function rounded(value: number): string {
  return String(Number(value.toFixed(1)));
}
