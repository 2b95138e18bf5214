/** Builds the console with Vite when its sources are newer than the last build. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");
const sources = join(root, "src", "console");
/** What all screens say is part of the console too. */
const words = join(root, "src", "core", "text");
const built = join(root, "dist", "console", "index.html");

/** In a process of its own: what a build takes in memory is not the bot's. Rejects with what Vite said. */
export async function buildConsole(): Promise<void> {
  if (!existsSync(join(sources, "index.html")) || isFresh()) return;
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const args = [vite, "build", "--config", join(sources, "vite.config.ts"), "--logLevel", "warn"];
  await promisify(execFile)(process.execPath, args, { cwd: root });
}

function isFresh(): boolean {
  if (!existsSync(built)) return false;
  const builtAt = statSync(built).mtimeMs;
  const files = [sources, words].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }),
  );
  const newest = Math.max(
    ...files
      .filter((file) => file.isFile())
      .map((file) => statSync(join(file.parentPath, file.name)).mtimeMs),
    statSync(join(root, "package-lock.json")).mtimeMs,
  );
  return newest <= builtAt;
}

/** The bot works without its console; whoever opens it is told that it is not built. */
export function noConsole(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The console could not be built, everything else starts:\n${why}\n`);
}
