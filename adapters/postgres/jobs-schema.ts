/** Makes the tables of graphile-worker, its own steps by its own means. */
import { openPool, type Place } from "./connection.ts";

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
