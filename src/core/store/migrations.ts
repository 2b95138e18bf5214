/** Which steps of its schema a database still needs. */
import { StoreError } from "../ports/store-error.ts";

/** One step of a schema, in a file named `0001_<words>.sql`. */
export interface Migration {
  number: number;
  sql: string;
}

/**
 * The steps a database at version `current` still needs.
 * @throws StoreError `storage_version` when a newer release wrote it.
 */
export function pendingMigrations(all: readonly Migration[], current: number): Migration[] {
  const newest = all.at(-1)?.number ?? 0;
  if (current > newest) {
    throw new StoreError(
      "storage_version",
      `the database has schema ${current}, this release knows ${newest}: it was written by a newer release; ` +
        "start that release, or restore a backup from before the upgrade",
    );
  }
  return all.filter((migration) => migration.number > current);
}
