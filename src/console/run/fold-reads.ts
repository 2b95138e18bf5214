/** Folds read calls: three or more finished ones in a row become one line. */
import type { CallLine, FoldLine, Line } from "./line.ts";

const fewest = 3;

export function foldReads(lines: readonly Line[], reads: ReadonlySet<string>): Line[] {
  const folded: Line[] = [];
  let row: CallLine[] = [];
  const close = () => {
    if (row.length >= fewest) folded.push(foldOf(row));
    else folded.push(...row);
    row = [];
  };
  for (const line of lines) {
    if (line.kind === "call" && line.shape === "done" && reads.has(line.call.tool)) row.push(line);
    else {
      close();
      folded.push(line);
    }
  }
  close();
  return folded;
}

function foldOf(lines: CallLine[]): FoldLine {
  const names = [...new Set(lines.map((line) => line.call.tool))];
  const first = lines[0] as CallLine;
  const ms = lines.reduce((sum, line) => sum + (line.ms ?? 0), 0);
  return {
    kind: "fold",
    key: `fold ${first.key}`,
    at: first.at,
    versions: lines.flatMap((line) => line.versions),
    shape: "done",
    title: `looked ${lines.length} times`,
    detail: names.join(", "),
    ms,
    live: false,
    open: false,
    lines,
  };
}
