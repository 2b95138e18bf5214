/** Makes the tables of graphile-worker, its own steps by its own means. */
import { readdirSync } from "node:fs";
import { openPool, type Place } from "./connection.ts";

/** The number of the last step that the installed graphile-worker has: its steps are files of its package. */
export function newestJobsStep(): number {
  const steps = new URL("../sql/", import.meta.resolve("graphile-worker"));
  return Math.max(...readdirSync(steps).map((name) => Number.parseInt(name, 10) || 0));
}

/** Loaded only when it has something to make: most starts find the tables there. */
export async function migrateJobs(place: Place): Promise<void> {
  const { runMigrations } = await import("graphile-worker");
  const pgPool = openPool(place);
  try {
    await runMigrations({ pgPool });
  } finally {
    await pgPool.end();
  }
}
