/** From an address to a pool on a migrated database. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Pool } from "pg";
import { type Migration, pendingMigrations } from "../../src/core/store/migrations.ts";

/** Any number, the same in every release: processes that start together migrate one after another. */
const migrationLock = 72_616_479;

/** @throws StoreError `storage_version` for a database of a newer release */
export async function openPool(
  url: string,
  migrations: readonly Migration[] = readMigrations(),
): Promise<Pool> {
  const pool = new Pool({
    connectionString: url,
    application_name: "belay",
    max: 16,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => {});
  try {
    await migrate(pool, migrations);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return pool;
}

function readMigrations(): Migration[] {
  const folder = join(import.meta.dirname, "migrations");
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return names
    .sort()
    .map((name) => ({ number: Number.parseInt(name, 10), sql: readFileSync(join(folder, name), "utf8") }));
}

/** All pending steps or none; `belay_schema` holds the number of the last one. */
async function migrate(pool: Pool, migrations: readonly Migration[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    await client.query("CREATE TABLE IF NOT EXISTS belay_schema (version bigint NOT NULL)");
    const { rows } = await client.query<{ version: string }>(
      "SELECT max(version) AS version FROM belay_schema",
    );
    for (const { number, sql } of pendingMigrations(migrations, Number(rows[0]?.version ?? 0))) {
      await client.query(sql);
      await client.query("INSERT INTO belay_schema (version) VALUES ($1)", [number]);
    }
    await client.query("COMMIT");
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}
