/** Where a database is: one reading of it, for DATABASE_URL and for the lines of commands. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Why nothing can be kept there; null: it can. */
export function flawOfPlace(text: string): string | null {
  if (text === ":memory:") return "must be kept: name a file, or postgres://…";
  // Of a misspelt address a file of that name would be made.
  const isAddress = /^[a-z][\w+.-]+:/i.test(text);
  return isAddress && !isPostgres(text) && !text.startsWith("file:")
    ? "must be a file path or postgres://…"
    : null;
}

export function isPostgres(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text);
}

/** An address of PostgreSQL as it is, a file with its whole path. `file:///var/belay.db` and `file:belay.db` are files as well. */
export function placeAt(text: string, root: string): string {
  if (isPostgres(text)) return text;
  if (/^file:\/\//.test(text) && URL.canParse(text)) return fileURLToPath(text);
  return resolve(root, text.replace(/^file:/, ""));
}
