/** Golden databases as a store of this release opens them: a copy of the file, or the same rows in PostgreSQL. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Client } from "pg";
import { defaultLimits } from "../../../adapters/postgres/connection.ts";
import { openDatabase } from "../../../adapters/postgres/open.ts";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import type { TestPostgres } from "../store/postgres.ts";

const golden = join(import.meta.dirname, "../../fixtures/golden");

/** Releases, oldest first: the number of the last migration that each had, and how many kinds of notes. */
export const goldenReleases = [{ release: "0.1.0", schema: 2, noteKinds: 8 }] as const;

export interface GoldenRow {
  table: string;
  row: Record<string, string | number | null>;
}

export function goldenRows(release: string): GoldenRow[] {
  const lines = readFileSync(join(golden, release, "rows.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as GoldenRow);
}

export function goldenFile(release: string): string {
  return join(golden, release, "belay.db");
}

export async function openGoldenFile(
  release: string,
  clock: Clock,
  /** Done to the rows before this release sees them. */
  harm: readonly string[] = [],
): Promise<{ store: Store; close: () => Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), "belay-golden-"));
  const path = join(home, "belay.db");
  copyFileSync(goldenFile(release), path);
  const file = new Database(path);
  for (const sql of harm) file.exec(sql);
  file.close();
  const store = await openSqlite({ path, clock });
  const close = async () => {
    await store.close();
    rmSync(home, { recursive: true });
  };
  return { store, close };
}

/** The database as that release left it, migrated by this one when it is opened. */
export async function openGoldenPostgres(
  server: TestPostgres,
  { release, schema }: { release: string; schema: number },
  clock: Clock,
): Promise<{ store: Store; close: () => Promise<void> }> {
  const url = await server.emptyDatabase();
  await (await openDatabase({ url, limits: defaultLimits }, migrationsUpTo(schema))).end();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const { table, row } of goldenRows(release)) {
      const columns = Object.keys(row);
      await client.query(
        `INSERT INTO ${table} (${columns.join(", ")}) OVERRIDING SYSTEM VALUE
         VALUES (${columns.map((_, index) => `$${index + 1}`).join(", ")})`,
        Object.values(row),
      );
    }
    for (const table of ["inbox", "addresses", "audits"]) {
      await client.query(
        `SELECT setval(pg_get_serial_sequence('${table}', 'seq'), (SELECT max(seq) FROM ${table}))`,
      );
    }
  } finally {
    await client.end();
  }
  const store = await openPostgres({ url, clock });
  return { store, close: () => store.close() };
}

function migrationsUpTo(schema: number) {
  const folder = join(import.meta.dirname, "../../../adapters/postgres/migrations");
  return readdirSync(folder)
    .sort()
    .map((name) => ({ number: Number.parseInt(name, 10), sql: readFileSync(join(folder, name), "utf8") }))
    .filter(({ number }) => number <= schema);
}
