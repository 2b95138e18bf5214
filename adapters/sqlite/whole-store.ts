/** An SQLite file as its bare tables. */
import { type Cells, rowsAtOnce, type WholeStore } from "../../src/core/ports/whole-store.ts";
import { openFile } from "./open.ts";

/** @throws StoreError `storage_locked` while a bot has the file */
export async function openWholeSqlite(path: string): Promise<WholeStore> {
  const { client, close } = openFile(path, undefined, false);
  const columns = (table: string) =>
    client
      .prepare<[string], { name: string; type: string }>(
        "SELECT name, type FROM pragma_table_info(?) ORDER BY cid",
      )
      .all(table);
  return {
    async tables() {
      const names = client
        .prepare<[], string>(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        )
        .pluck();
      return names.all().sort();
    },
    async *read(table) {
      const names = columns(table).map(({ name }) => name);
      const rows = client.prepare<[], unknown[]>(`SELECT ${names.join(", ")} FROM ${table}`);
      let part: Cells[] = [];
      for (const row of rows.raw().safeIntegers().iterate()) {
        const cells = row.map((cell, index) => [names[index], cell === null ? null : String(cell)]);
        part.push(Object.fromEntries(cells) as Cells);
        if (part.length < rowsAtOnce(table)) continue;
        yield part;
        part = [];
      }
      yield part;
    },
    async write(table, rows) {
      if (!client.inTransaction) client.exec("BEGIN IMMEDIATE");
      const known = columns(table);
      const names = known.map(({ name }) => name).join(", ");
      const insert = client.prepare(
        `INSERT INTO ${table} (${names}) VALUES (${known.map(() => "?").join(", ")})`,
      );
      for (const row of rows) {
        insert.run(
          known.map(({ name, type }) => {
            const cell = row[name] ?? null;
            return cell !== null && type.toUpperCase() === "INTEGER" ? BigInt(cell) : cell;
          }),
        );
      }
    },
    async finish() {
      if (client.inTransaction) client.exec("COMMIT");
    },
    async close() {
      if (client.inTransaction) client.exec("ROLLBACK");
      close();
    },
  };
}
