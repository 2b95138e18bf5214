/** Moves every record of one store to another, and proves that it stands there. */
import { createHash } from "node:crypto";
import { StoreError } from "../core/ports/store-error.ts";
import type { Cells, WholeStore } from "../core/ports/whole-store.ts";

/** One table as it was moved. `hash`: of all its records, in whatever order; hex. */
export interface MovedTable {
  table: string;
  records: number;
  hash: string;
}

/**
 * All or nothing: `to` is read again before it is finished, and each table must have the same count and hash.
 * @throws StoreError `storage_locked` when `to` has records, `storage_version` when the tables differ
 */
export async function moveStore(from: WholeStore, to: WholeStore): Promise<MovedTable[]> {
  const tables = await from.tables();
  if (JSON.stringify(tables) !== JSON.stringify(await to.tables()))
    throw new StoreError("storage_version", "the two stores have different tables; nothing was moved");
  for (const table of tables) {
    if ((await sumOf(table, to)).records > 0)
      throw new StoreError(
        "storage_locked",
        `there are ${table} in the new store already; move to an empty one`,
      );
  }
  const moved: MovedTable[] = [];
  for (const table of tables) {
    const read = new Sum();
    for await (const rows of from.read(table)) {
      for (const row of rows) read.add(row);
      if (rows.length > 0) await to.write(table, rows);
    }
    const told = read.of(table);
    const stands = await sumOf(table, to);
    if (stands.hash !== told.hash || stands.records !== told.records)
      throw new StoreError(
        "storage_damaged",
        `${table}: ${told.records} were read and ${stands.records} stand, or not as they were; nothing was moved`,
      );
    moved.push(told);
  }
  await to.finish();
  return moved;
}

async function sumOf(table: string, store: WholeStore): Promise<MovedTable> {
  const sum = new Sum();
  for await (const rows of store.read(table)) for (const row of rows) sum.add(row);
  return sum.of(table);
}

/** Hashes of records added up, so that their order does not matter and a record twice does. */
class Sum {
  #records = 0;
  #total = 0n;

  add(row: Cells): void {
    const cells = Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1));
    const hash = createHash("sha256").update(JSON.stringify(cells)).digest("hex");
    this.#total = BigInt.asUintN(256, this.#total + BigInt(`0x${hash}`));
    this.#records++;
  }

  of(table: string): MovedTable {
    return { table, records: this.#records, hash: this.#total.toString(16) };
  }
}
