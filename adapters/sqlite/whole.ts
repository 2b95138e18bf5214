/**
 * Whether a file is all of a bot's data. SQLite keeps the newest commits in `<path>-wal` until they are
 * moved in, and takes a copy without it, or an empty file, for a database like any other: such a bot would
 * begin anew without a word.
 *
 * The application id in the file's header says whether a bot has it open: that is moved in at once, so that every
 * later copy carries it. A file that was open has its `-wal` beside it, however the bot died. And `<path>.marker` says
 * that there was data here, for the time when the file itself is gone.
 */
import { closeSync, existsSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import type Database from "better-sqlite3";
import { StoreError } from "../../src/core/ports/store-error.ts";

/** "BLYo" and "BLYc" in the header. */
const openId = 0x424c596f;
const closedId = 0x424c5963;

const restore = "restore your latest backup (docs/operations.md says how)";

/** Only before the file is opened: closing a descriptor of it drops this process's locks on it. @throws StoreError */
export function demandWhole(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? null;
  if (size === null || size === 0) {
    demandNew(path, size === null ? "missing" : "empty");
    return;
  }
  const header = headerOf(path);
  const isWithoutWal = header !== null && !existsSync(`${path}-wal`);
  if (isWithoutWal && (header.application === openId || header.holdsNothing)) throw withoutWal(path);
}

function demandNew(path: string, is: "missing" | "empty"): void {
  const marker = markerOf(path);
  if (existsSync(marker)) {
    const message = `${path} is ${is}, and this bot has had data in it: ${marker} says so. Put the file back, or ${restore}. To begin with nothing, delete ${marker}`;
    throw new StoreError("storage_damaged", message);
  }
  if (is === "missing") return;
  const message = `${path} is empty: it may be a copy that failed. Put the whole file there, or ${restore}. To begin with nothing, delete it`;
  throw new StoreError("storage_damaged", message);
}

function withoutWal(path: string): StoreError {
  const message = [
    `${path} was in use when it was copied or left, and ${path}-wal, which holds its newest data, is missing.`,
    `Put that file back beside it, or ${restore}.`,
    `If another program opened and closed the database since (SQLite then moves all data in), or to go on without the newest data, create an empty file ${path}-wal`,
  ].join(" ");
  return new StoreError("storage_damaged", message);
}

/** From the file itself, not through SQLite, which would look into the `-wal` as well. null: no SQLite file. */
function headerOf(path: string): { application: number; holdsNothing: boolean } | null {
  const bytes = Buffer.alloc(100);
  const file = openSync(path, "r");
  try {
    if (readSync(file, bytes, 0, 100, 0) < 100) return null;
  } finally {
    closeSync(file);
  }
  if (bytes.toString("latin1", 0, 15) !== "SQLite format 3") return null;
  // Offsets of https://sqlite.org/fileformat.html: the journal mode (2 is WAL), user_version, application_id.
  const holdsNothing = bytes[18] === 2 && bytes.readUInt32BE(60) === 0;
  return { application: bytes.readUInt32BE(68), holdsNothing };
}

/** From here on a copy without its `-wal` can be told from a whole one. */
export function markOpen(client: Database.Database, path: string): void {
  client.pragma(`application_id = ${openId}`);
  client.pragma("wal_checkpoint(TRUNCATE)");
  if (existsSync(markerOf(path))) return;
  const since = new Date().toISOString();
  const text = `Since ${since} a bot has its data in the file that this one is named after.\nWhile this stands here, no start goes on without that data.\n`;
  writeFileSync(markerOf(path), text, { mode: 0o600 });
}

/** Everything is moved in when the last connection closes: the file is whole by itself. */
export function markClosed(client: Database.Database): void {
  client.pragma(`application_id = ${closedId}`);
}

function markerOf(path: string): string {
  return `${path}.marker`;
}
