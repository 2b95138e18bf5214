/** A folder with a configuration of its own, for tests of what is read from it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Files of a configuration that works: one agent, no tools of its own. */
const sound: Record<string, string> = {
  "prompts/base_system.md": "You are a test.\n",
  "prompts/default.md": agentFile({ name: "default" }),
};

/** An agent's file with the front matter that matters to the test. */
export function agentFile(front: Record<string, unknown>, prompt = "Do it."): string {
  const full = { description: "For tests.", tools: ["final_answer"], ...front };
  const lines = Object.entries(full).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join("\n")}\n---\n${prompt}\n`;
}

/** belay.config.ts with this object; tools can't be written this way. */
export function configFile(config: Record<string, unknown>): string {
  return `export default ${JSON.stringify(config)};\n`;
}

/** Written over the sound files; null removes one. Disposing removes the folder. */
export function configFolder(files: Record<string, string | null> = {}): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), "belay-config-"));
  for (const [name, text] of Object.entries({ ...sound, ...files })) {
    if (text === null) continue;
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
