/** Runs a command of package.json: its line is read, its end is its exit code, and only a bug shows its stack. */
import { ConfigError } from "../config.ts";
import { StoreError } from "../core/ports/store-error.ts";
import { ListenError } from "../http/serve.ts";
import { type CommandLine, type Given, readLine, UsageError, usageOf } from "./options.ts";

/**
 * `run` resolves with the exit code. What an operator can mend ends with 1, a wrong line with 2. What the command does
 * goes on when nobody can read its output any more: a reader that left (`| head`) is no trouble, a full disk ends with 1.
 */
export async function runCommand(line: CommandLine, run: (given: Given) => Promise<number>): Promise<number> {
  let unwritten: Error | null = null;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") unwritten ??= error;
  });
  process.stderr.on("error", () => {});
  const code = await codeOf(line, run);
  // By then it is known whether all of it was taken.
  await new Promise<void>((done) => void process.stdout.write("", () => done()));
  if (unwritten === null) return code;
  process.stderr.write(`${outputLost(unwritten)}\n`);
  return code || 1;
}

/** `error`: what a write to standard output came to. */
export function outputLost({ message }: Error): string {
  return `The output could not be written: ${message}`;
}

async function codeOf(line: CommandLine, run: (given: Given) => Promise<number>): Promise<number> {
  try {
    const given = readLine(line, process.argv.slice(2));
    if (given !== null) return await run(given);
    process.stdout.write(`${usageOf(line)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${inWords(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** What an operator can mend is said in words. */
export function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = [ConfigError, StoreError, ListenError, UsageError].some((kind) => error instanceof kind);
  return isExpected ? error.message : (error.stack ?? error.message);
}
