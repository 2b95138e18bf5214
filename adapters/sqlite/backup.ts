/** A checked copy of a database, also of one that is in use. */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { damaged, storeErrorOf } from "./errors.ts";
import { createPrivate } from "./lock.ts";
import { markClosed } from "./whole.ts";

export interface Backup {
  bytes: number;
  runs: number;
  /** Questions that were open. */
  questions: number;
}

/**
 * `to` is there whole or not at all, and opens like any database that a bot has closed.
 * @throws StoreError when there is nothing to copy, when `to` exists, or when the copy is not sound
 */
export async function backUp(path: string, to: string): Promise<Backup> {
  if (!existsSync(path)) {
    throw new StoreError(
      "storage_damaged",
      `there is no database at ${path}: set DATABASE_URL as the bot has it`,
    );
  }
  if (existsSync(to)) {
    throw new StoreError(
      "storage_refused",
      `${to} exists: name a file that does not, so that no backup is lost`,
    );
  }
  const draft = `${to}.part`;
  rmSync(draft, { force: true });
  try {
    createPrivate(draft);
    await copy(path, draft);
    const { runs, questions } = check(draft);
    renameSync(draft, to);
    return { bytes: statSync(to).size, runs, questions };
  } catch (error) {
    rmSync(draft, { force: true });
    throw storeErrorOf(error, path);
  }
}

async function copy(path: string, draft: string): Promise<void> {
  const source = new Database(path, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    await source.backup(draft);
  } finally {
    source.close();
  }
}

function check(draft: string): Omit<Backup, "bytes"> {
  const client = new Database(draft);
  try {
    const found = client.pragma("integrity_check(1)", { simple: true });
    if (found !== "ok") throw damaged(draft, String(found));
    const count = (from: string) =>
      client.prepare<[], number>(`SELECT count(*) FROM ${from}`).pluck().get() ?? 0;
    const counted = { runs: count("runs"), questions: count("questions WHERE settled_at IS NULL") };
    markClosed(client);
    return counted;
  } finally {
    client.close();
  }
}
