/** Tables in Markdown: what is a row, and the head that a table needs again where it is cut. */

/** A line of cells between bars. */
export function isRow(line: string): boolean {
  const row = line.trim();
  return row.length > 1 && row.startsWith("|") && row.endsWith("|");
}

/**
 * The first two lines of the table that is cut between `before` and `after`, with their line breaks; empty where no
 * table is cut, or where they are longer than `most`.
 */
export function headOfCutTable(before: string, after: string, most: number): string {
  if (!isRow(after.split("\n", 1)[0] ?? "")) return "";
  const lines = before.trimEnd().split("\n");
  let first = lines.length;
  while (first > 0 && isRow(lines[first - 1] ?? "")) first -= 1;
  const [names = "", under = ""] = lines.slice(first, first + 2);
  const head = `${names}\n${under}\n`;
  return isRow(names) && /^[ \t]*\|[-: |\t]+$/.test(under) && head.length <= most ? head : "";
}
