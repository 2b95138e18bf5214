/** One SELECT of the model's: its plan, and as many of its rows as may come back. */
import type { Client } from "pg";
import type { Cell } from "./cell.ts";

export interface Bounds {
  maxRows: number;
  /** Of the rows together. */
  maxCharacters: number;
}

/**
 * The server's own grammar allows nothing but a query behind it: no COMMIT that would end the read-only
 * transaction, no COPY to a program. The extended protocol, which the empty `values` alone would not choose,
 * takes one statement only.
 */
const cursor = "DECLARE belay NO SCROLL CURSOR FOR ";
const explaining = `EXPLAIN (FORMAT JSON) ${cursor}`;

export const before = { query: cursor.length, plan: explaining.length } as const;

const batch = 50;
const maxCell = 2_000;

interface Plan {
  /** The planner's unit: about one page read in order. */
  cost: number;
  rows: number;
  text: string;
}

/** Nothing runs. */
export async function planOf(client: Client, sql: string): Promise<Plan> {
  const { rows } = await client.query({ text: `${explaining}${sql}`, rowMode: "array", ...extended });
  const text = String(rows[0]?.[0]);
  const [root] = JSON.parse(text);
  return { cost: Number(root.Plan["Total Cost"]), rows: Number(root.Plan["Plan Rows"]), text };
}

const extended = { values: [], queryMode: "extended" };

interface Table {
  columns: string[];
  rows: Cell[][];
  notice?: string;
}

/** Rows are asked for in batches, so that what may not come back is never sent. */
export async function rowsOf(client: Client, sql: string, bounds: Bounds): Promise<Table> {
  await client.query({ text: `${cursor}${sql}`, ...extended });
  const table: Table = { columns: [], rows: [] };
  const most = bounds.maxRows + 1;
  let size = 0;
  let isCut = false;
  while (table.rows.length < most) {
    const count = Math.min(batch, most - table.rows.length);
    const fetched = await client.query<Cell[]>({ text: `FETCH ${count} FROM belay`, rowMode: "array" });
    table.columns = fetched.fields.map(({ name }) => name);
    for (const row of fetched.rows) {
      const short = row.map(shortened);
      isCut ||= short.some((cell, index) => cell !== row[index]);
      size += JSON.stringify(short).length;
      if (size > bounds.maxCharacters && table.rows.length > 0) return noticed(table, "too long", isCut);
      table.rows.push(short);
    }
    if (fetched.rows.length < count) return noticed(table, null, isCut);
  }
  table.rows.pop();
  return noticed(table, "too many", isCut);
}

function shortened(cell: Cell): Cell {
  if (typeof cell !== "string" || cell.length <= maxCell) return cell;
  return `${cell.slice(0, maxCell).toWellFormed()}… (${cell.length - maxCell} more characters)`;
}

function noticed(table: Table, end: "too long" | "too many" | null, isCut: boolean): Table {
  const notices = [
    end === null
      ? null
      : `there are more rows: only the first ${table.rows.length} are here, as more would be ${end}; aggregate them (count, sum, group by), filter, or choose fewer columns`,
    isCut ? `long values are cut at ${maxCell} characters` : null,
  ].filter((notice) => notice !== null);
  return notices.length === 0 ? table : { ...table, notice: notices.join(". ") };
}
