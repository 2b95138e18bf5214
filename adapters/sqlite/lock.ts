/** One process per database file: a lock that the operating system drops with the process, however it dies. */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { isCode } from "../../src/core/system-error.ts";
import { storeErrorOf } from "./errors.ts";

/**
 * Holds an SQLite transaction open on `<path>.lock`, an otherwise empty database. No process id decides, so
 * neither kill -9 nor a reused id can mislead; `<path>.pid` only tells a refused process whom to name.
 * `isSetting`: the path stands in DATABASE_URL, and not on a command's line.
 * @returns the function that lets go
 * @throws StoreError `storage_locked` when another process holds it
 */
export function lockFile(path: string, isSetting: boolean): () => void {
  createPrivate(`${path}.lock`);
  const lock = new Database(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) {
      throw new StoreError("storage_locked", heldBy(path, isSetting), { cause: error });
    }
    throw storeErrorOf(error, `${path}.lock`, isSetting);
  }
  writeFileSync(`${path}.pid`, `${process.pid}\n`, { mode: 0o600 });
  return () => {
    rmSync(`${path}.pid`, { force: true });
    lock.close();
  };
}

function heldBy(path: string, isSetting: boolean): string {
  let holder = "another process";
  try {
    holder = `process ${readFileSync(`${path}.pid`, "utf8").trim()}`;
  } catch {
    // It took the lock a moment ago and has not written its id yet.
  }
  const otherwise = isSetting ? ", or set DATABASE_URL to another file or to PostgreSQL" : "";
  return `${path} is in use by ${holder}: stop it first${otherwise}`;
}

/**
 * Makes the file with mode 0600 unless it exists. An existing file is never opened here: closing any
 * descriptor of a file drops this process's POSIX locks on it.
 */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  }
}
