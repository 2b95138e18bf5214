/** Opens a path as a checked, migrated connection; refuses a file that is locked, damaged or of a newer release. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { type Migration, pendingMigrations } from "../../src/core/store/migrations.ts";
import { damaged, storeErrorOf } from "./errors.ts";
import { createPrivate, lockFile } from "./lock.ts";
import { demandWhole, markClosed, markOpen } from "./whole.ts";

/** `client` is the one connection of this process, and the lock on the file goes with it. */
export interface Opened {
  client: Database.Database;
  close(): void;
}

/**
 * `isSetting`: the path stands in DATABASE_URL, and not on a command's line.
 * @throws StoreError `storage_locked`, `storage_damaged`, `storage_version`
 */
export function openFile(
  path: string,
  migrations: readonly Migration[] = readMigrations(),
  isSetting = true,
): Opened {
  if (path === ":memory:") return openLocked(path, migrations, () => {});
  let unlock = () => {};
  try {
    // Only a directory that is made here becomes private: one that exists belongs to somebody else.
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    unlock = lockFile(path, isSetting);
    demandWhole(path);
    if (!existsSync(path)) makeFile(path, migrations);
    return openLocked(path, migrations, unlock);
  } catch (error) {
    unlock();
    throw storeErrorOf(error, path, isSetting);
  }
}

/**
 * There whole or not at all: what a start leaves that is killed in the middle, or finds the disk full, must not pass
 * for a copy that failed. SQLite syncs the folder when it makes the first `-wal`.
 */
function makeFile(path: string, migrations: readonly Migration[]): void {
  const draft = `${path}.new`;
  dropDraft(draft);
  try {
    createPrivate(draft);
    const client = new Database(draft);
    try {
      // A draft that was broken off is dropped: it needs no journal, and goes to the disk once.
      client.pragma("journal_mode = MEMORY");
      client.pragma("synchronous = OFF");
      migrate(client, migrations);
      markClosed(client);
    } finally {
      client.close();
    }
    toDisk(draft);
    renameSync(draft, path);
  } catch (error) {
    dropDraft(draft);
    throw error;
  }
}

/** Whoever loses power after the renaming has the whole file. */
function toDisk(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function dropDraft(draft: string): void {
  for (const end of ["", "-journal"]) rmSync(draft + end, { force: true });
}

function openLocked(path: string, migrations: readonly Migration[], unlock: () => void): Opened {
  const client = new Database(path, { timeout: 5000 });
  try {
    checkVersion(client.prepare("SELECT sqlite_version()").pluck().get() as string);
    client.pragma("journal_mode = WAL");
    // better-sqlite3 is built with NORMAL for WAL, which may lose acknowledged commits when the power fails.
    client.pragma("synchronous = FULL");
    client.pragma("foreign_keys = ON");
    const found = client.pragma("quick_check(1)", { simple: true });
    if (found !== "ok") throw damaged(path, String(found));
    migrate(client, migrations);
    if (path !== ":memory:") markOpen(client, path);
    client.function("fold", { deterministic: true }, (text) => String(text).toLowerCase());
  } catch (error) {
    closeAsFound(client, path);
    throw error;
  }
  return {
    client,
    close() {
      markClosed(client);
      client.close();
      unlock();
    },
  };
}

/**
 * The last connection that may write moves the `-wal` in and deletes it: the next start would miss it in a file whose
 * bot was killed. While one that only reads has the file, it stays.
 */
function closeAsFound(client: Database.Database, path: string): void {
  let reader: Database.Database | null = null;
  try {
    if (path !== ":memory:") reader = new Database(path, { readonly: true });
    reader?.pragma("user_version");
  } catch {
    // Then `client` could not read the `-wal` either, and leaves it alone.
  }
  client.close();
  reader?.close();
}

/** Below 3.51.3 a WAL reset could corrupt the file (sqlite.org/changes.html). */
export function checkVersion(version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major * 1e6 + minor * 1e3 + patch < 3_051_003) {
    throw new StoreError(
      "storage_version",
      `this is SQLite ${version}, and versions before 3.51.3 can corrupt a WAL file: run npm install`,
    );
  }
}

function readMigrations(): Migration[] {
  const folder = join(import.meta.dirname, "migrations");
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return names
    .sort()
    .map((name) => ({ number: Number.parseInt(name, 10), sql: readFileSync(join(folder, name), "utf8") }));
}

/** All pending steps or none. SQLite keeps the number of the last one in the file's header. */
function migrate(client: Database.Database, migrations: readonly Migration[]): void {
  const current = client.pragma("user_version", { simple: true }) as number;
  const pending = pendingMigrations(migrations, current);
  if (pending.length === 0) return;
  client.transaction(() => {
    for (const migration of pending) {
      client.exec(migration.sql);
      client.pragma(`user_version = ${migration.number}`);
    }
  })();
}
