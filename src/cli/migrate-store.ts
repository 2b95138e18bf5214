/** `npm run migrate-store -- <from> <to>`: everything that a bot knows, from a file to PostgreSQL or back. */
import { existsSync } from "node:fs";
import { flawOfPlace, isPostgres, placeAt } from "../config/database-place.ts";
import { StoreError } from "../core/ports/store-error.ts";
import type { WholeStore } from "../core/ports/whole-store.ts";
import { runCommand } from "./command.ts";
import { moveStore } from "./move-store.ts";
import { UsageError, usageOf } from "./options.ts";

const line = {
  command: "npm run migrate-store",
  about: [
    "Copies every table to an empty store and compares counts and hashes. The old store keeps its records; its tables become those of this release.",
    "A place is a file or postgres://…; no bot may run on either.",
    "The file's own token (`token` beside it) is not in the store: set BELAY_TOKEN to keep it.",
  ],
  words: "<from> <to>",
};

async function openPlace(place: string): Promise<WholeStore> {
  if (isPostgres(place)) {
    const { openWholePostgres } = await import("../../adapters/postgres/whole-store.ts");
    return openWholePostgres(place);
  }
  const { openWholeSqlite } = await import("../../adapters/sqlite/whole-store.ts");
  return openWholeSqlite(place);
}

/** @throws UsageError */
function readPlace(text: string, word: string): string {
  const flaw = flawOfPlace(text);
  if (flaw !== null) throw new UsageError(`${word}: ${flaw}\n${usageOf(line)}`);
  return placeAt(text, process.cwd());
}

async function run([first, second, ...more]: readonly string[]): Promise<void> {
  if (first === undefined || second === undefined || more.length > 0) throw new UsageError(usageOf(line));
  const from = readPlace(first, "<from>");
  const to = readPlace(second, "<to>");
  if (!isPostgres(from) && !existsSync(from))
    throw new UsageError(
      `There is no file ${from}. Name the store that has the data first.\n${usageOf(line)}`,
    );
  const old = await openPlace(from);
  try {
    const young = await openPlace(to);
    try {
      for (const { table, records, hash } of await moveStore(old, young))
        console.log(`${table.padEnd(10)} ${String(records).padStart(8)}  ${hash.slice(0, 16)}`);
    } finally {
      await young.close();
    }
  } finally {
    await old.close();
  }
  console.log("Moved and compared. Set DATABASE_URL to the new place, and start.");
}

process.exitCode = await runCommand(line, async ({ words }) => {
  try {
    await run(words);
    return 0;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.error(
      error.uncertain
        ? `It is not known whether it was moved: ${error.message}.`
        : `Nothing was moved: ${error.message}`,
    );
    return 1;
  }
});
