/** SQLite's error codes in the words of the store's port. */
import Database from "better-sqlite3";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { isCode } from "../../src/core/system-error.ts";

/** What the system says when a path is no file, or not ours to write. */
const unwritable = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "EISDIR",
  "ENOTDIR",
  "EEXIST",
  "ENOENT",
  "ENAMETOOLONG",
]);

/**
 * A StoreError for what the operator must know, anything else as it is. `isSetting`: the path stands in DATABASE_URL, and
 * not on a command's line.
 */
export function storeErrorOf(error: unknown, path: string, isSetting = true): unknown {
  if (error instanceof Error && "code" in error && unwritable.has(String(error.code))) {
    return cantBeOpened(path, error, isSetting);
  }
  if (error instanceof Error && isCode(error, "ENOSPC", "EDQUOT")) return full(path, error.message, error);
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith("SQLITE_CANTOPEN")) return cantBeOpened(path, error, isSetting);
  const why = `${error.message} (${error.code})`;
  if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) {
    return new StoreError("storage_busy", `${path} is busy: ${why}; try again`, { cause: error });
  }
  // Its shared memory finds no room: it is made larger for nothing else.
  if (/^SQLITE_(FULL|IOERR_SHMSIZE)/.test(error.code)) return full(path, why, error);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return damaged(path, why, error);
  const [, remedy] = remedies.find(([pattern]) => pattern.test(error.code)) ?? [];
  return remedy ? refused(`${path} can't be used: ${why}; ${remedy}`, error) : error;
}

/** What an operator can mend, and is no want of space. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /^SQLITE_READONLY/,
    "let this user write the file and its folder, on a file system that is not mounted read-only",
  ],
  [/^SQLITE_IOERR/, "look for its disk in the system's log, and whether a quota is used up"],
];

function full(path: string, why: string, cause: Error): StoreError {
  return new StoreError("storage_full", `${path} can't be written: ${why}; free space on its disk`, {
    cause,
  });
}

function refused(message: string, cause: Error): StoreError {
  return new StoreError("storage_refused", message, { cause });
}

function cantBeOpened(path: string, cause: Error, isSetting: boolean): StoreError {
  const name = isSetting ? "set DATABASE_URL to" : "name";
  const remedy = `${name} a file, in a folder that this user may write`;
  return refused(`${path} can't be opened: ${cause.message}; ${remedy}`, cause);
}

/** The message tells what to do; nothing was written. */
export function damaged(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError(
    "storage_damaged",
    `${path} is damaged: ${why}. Nothing was changed. Copy the file away, then restore your latest backup, ` +
      `or save what can be read: sqlite3 ${path} .recover | sqlite3 recovered.db`,
    { cause },
  );
}
