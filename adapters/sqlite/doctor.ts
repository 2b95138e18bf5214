/** Looks at a database file without changing it: whether it can be opened and is sound. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import { storeErrorOf } from "./errors.ts";

/** Never throws. A bot that has the file open is not disturbed. */
export function diagnoseFile(path: string): Finding {
  try {
    if (!existsSync(path)) {
      accessSync(existing(dirname(path)), constants.W_OK);
      return fine("database", `${path} will be made at the first start`);
    }
    if (!statSync(path).isFile()) {
      return broken("database", `${path} is no file`, "Set DATABASE_URL to a file, not to a folder.");
    }
    accessSync(path, constants.W_OK);
    const found = check(path);
    if (found === "ok") return fine("database", `${path} is sound`);
    return broken("database", `${path} is damaged: ${found}`, "Restore a backup: docs/operations.md.");
  } catch (error) {
    const told = storeErrorOf(error, path);
    const why = told instanceof Error ? told.message : String(told);
    return broken("database", why, "Set DATABASE_URL to a file that this user may write.");
  }
}

function check(path: string): string {
  const client = new Database(path, { readonly: true, timeout: 5000 });
  try {
    return String(client.pragma("quick_check(1)", { simple: true }));
  } finally {
    client.close();
  }
}

/** The nearest folder above that is there. */
function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder));
}
