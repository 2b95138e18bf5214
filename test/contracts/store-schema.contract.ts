/** Holds the two dialects together: same tables and columns, in the code and in the databases that migrations make. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { getTableName } from "drizzle-orm";
import { getTableConfig as postgresTable } from "drizzle-orm/pg-core";
import { getTableConfig as sqliteTable } from "drizzle-orm/sqlite-core";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import * as postgres from "../../adapters/postgres/schema.ts";
import * as sqlite from "../../adapters/sqlite/schema.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { TestPostgres } from "../support/store/postgres.ts";

/** `table.column type null|not null`, sorted. */
type Columns = string[];

const typeNames: Record<string, string> = {
  TEXT: "text",
  text: "text",
  INTEGER: "integer",
  integer: "integer",
  bigint: "integer",
};

function column(table: string, name: string, type: string, notNull: boolean): string {
  return `${table}.${name} ${typeNames[type] ?? type} ${notNull ? "not null" : "null"}`;
}

function codeColumns(): { sqlite: Columns; postgres: Columns } {
  return {
    sqlite: Object.values(sqlite)
      .flatMap((table) =>
        sqliteTable(table).columns.map((one) =>
          column(getTableName(table), one.name, one.getSQLType(), one.notNull),
        ),
      )
      .sort(),
    postgres: Object.values(postgres)
      .flatMap((table) =>
        postgresTable(table).columns.map((one) =>
          column(getTableName(table), one.name, one.getSQLType(), one.notNull),
        ),
      )
      .sort(),
  };
}

async function sqliteColumns(): Promise<Columns> {
  const home = mkdtempSync(join(tmpdir(), "belay-schema-"));
  try {
    const path = join(home, "belay.db");
    await (await openSqlite({ path, clock: Date })).close();
    const client = new Database(path, { readonly: true });
    const rows = client
      .prepare(
        `SELECT t.name AS "table", c.name, c.type, c."notnull" OR (c.pk AND c.type = 'INTEGER') AS "notNull"
         FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`,
      )
      .all() as { table: string; name: string; type: string; notNull: number }[];
    client.close();
    return rows.map((row) => column(row.table, row.name, row.type, row.notNull === 1)).sort();
  } finally {
    rmSync(home, { recursive: true });
  }
}

async function postgresColumns(url: string): Promise<Columns> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ table: string; name: string; type: string; null: string }>(
    `SELECT table_name AS "table", column_name AS name, data_type AS type, is_nullable AS "null"
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> ALL($1)`,
    // What only processes that share a database count together, and no record of the bot's.
    [["belay_schema", "budgets"]],
  );
  await client.end();
  return rows.map((row) => column(row.table, row.name, row.type, row.null === "NO")).sort();
}

export function schemaContract(server: () => TestPostgres): void {
  describe("the two schemas", () => {
    it("have the same columns, which are text or integers", () => {
      const { sqlite, postgres } = codeColumns();
      expect(sqlite).toEqual(postgres);
      expect(sqlite.length).toBeGreaterThan(50);
      expect(sqlite.filter((one) => !/ (text|integer) (not )?null$/.test(one))).toEqual([]);
    });

    it("are what the migrations make", async () => {
      const { sqlite, postgres } = codeColumns();
      expect(await sqliteColumns()).toEqual(sqlite);
      expect(await postgresColumns(await server().database())).toEqual(postgres);
    });
  });
}
