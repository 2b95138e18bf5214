/** Opens a pool on a migrated database. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client, Pool } from "pg";
import { type Migration, pendingMigrations } from "../../src/core/store/migrations.ts";
import { openConnection, openPool, type Place } from "./connection.ts";
import { migrateJobs, newestJobsStep } from "./jobs-schema.ts";

/** Any number, the same in every release: processes that start together migrate one after another. */
const migrationLock = 72_616_479;
/** A large table takes its time, and others may migrate first. */
const migrationMs = 600_000;

/** @throws StoreError `storage_version` for a database of a newer release */
export async function openDatabase(
  place: Place,
  migrations: readonly Migration[] = readMigrations(),
): Promise<Pool> {
  const client = openConnection(place, migrationMs);
  try {
    await client.connect();
    await migrate(client, migrations);
    await makeJobs(client, place);
  } finally {
    await client.end();
  }
  return openPool(place);
}

function readMigrations(): Migration[] {
  const folder = join(import.meta.dirname, "migrations");
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return names
    .sort()
    .map((name) => ({ number: Number.parseInt(name, 10), sql: readFileSync(join(folder, name), "utf8") }));
}

/** The schema of graphile-worker: what is missing of its steps, also when a start before this one died among them. */
async function makeJobs(client: Client, place: Place): Promise<void> {
  await client.query("SELECT pg_advisory_lock($1)", [migrationLock]);
  const { rows: begun } = await client.query<{ begun: boolean }>(
    "SELECT to_regclass('graphile_worker.migrations') IS NOT NULL AS begun",
  );
  if (begun[0]?.begun !== true) return migrateJobs(place);
  const { rows } = await client.query<{ step: number | null }>(
    "SELECT max(id) AS step FROM graphile_worker.migrations",
  );
  if ((rows[0]?.step ?? 0) < newestJobsStep()) await migrateJobs(place);
}

/** All pending steps or none; `belay_schema` holds the number of the last one. */
async function migrate(client: Client, migrations: readonly Migration[]): Promise<void> {
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
}
