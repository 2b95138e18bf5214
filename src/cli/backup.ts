/** `npm run backup -- <file>`: a checked copy of the bot's database, whether the bot runs or not. */
import { resolve } from "node:path";
import { backUp } from "../../adapters/sqlite/backup.ts";
import { loadPlace } from "../config.ts";
import { StoreError } from "../core/ports/store.ts";
import { plural } from "../core/text/count.ts";

async function run(file: string | undefined): Promise<string> {
  if (file === undefined || file === "")
    throw new StoreError("storage_full", "say where: npm run backup -- <file>");
  const { databaseUrl } = loadPlace();
  if (/^postgres(ql)?:/.test(databaseUrl)) {
    const command = `pg_dump --format=custom --file='${file.replaceAll("'", "'\\''")}' "$DATABASE_URL"`;
    const message = `the data is in PostgreSQL, which makes its own backups: ${command}`;
    throw new StoreError("storage_locked", message);
  }
  const to = resolve(file);
  const { bytes, runs, questions } = await backUp(databaseUrl, to);
  const size = `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${to}: ${plural(runs, "run")}, ${plural(questions, "open question")}, ${size}, checked`;
}

try {
  console.log(await run(process.argv[2]));
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  console.error(`No backup was made: ${error.message}`);
  process.exitCode = 1;
}
