/** `npm run backup -- <file>`: a checked copy of the bot's database, whether the bot runs or not. */
import { resolve } from "node:path";
import { backUp } from "../../adapters/sqlite/backup.ts";
import { loadPlace } from "../config.ts";
import { StoreError } from "../core/ports/store-error.ts";
import { plural } from "../core/text/count.ts";
import { runCommand } from "./command.ts";
import { UsageError, usageOf } from "./options.ts";

const line = {
  command: "npm run backup",
  about: ["Writes a checked copy of the database there, whether the bot runs or not."],
  words: "<file>",
};

async function run(file: string | undefined): Promise<string> {
  if (file === undefined || file === "") throw new UsageError(usageOf(line));
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

process.exitCode = await runCommand(line, async ({ words: [file] }) => {
  try {
    console.log(await run(file));
    return 0;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.error(`No backup was made: ${error.message}`);
    return 1;
  }
});
