/** Builds the console with Vite when its sources are newer than the last build. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const sources = join(root, "src", "console");
const built = join(root, "dist", "console", "index.html");

export async function buildConsole(): Promise<void> {
  if (!existsSync(join(sources, "index.html")) || isFresh()) return;
  // Loaded only when there is something to build: it is the slowest part of a start.
  const { build } = await import("vite");
  await build({ configFile: join(sources, "vite.config.ts"), logLevel: "warn" });
}

function isFresh(): boolean {
  if (!existsSync(built)) return false;
  const builtAt = statSync(built).mtimeMs;
  const files = readdirSync(sources, { recursive: true, withFileTypes: true });
  const newest = Math.max(
    ...files
      .filter((file) => file.isFile())
      .map((file) => statSync(join(file.parentPath, file.name)).mtimeMs),
    statSync(join(root, "package-lock.json")).mtimeMs,
  );
  return newest <= builtAt;
}
