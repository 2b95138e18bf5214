/** `npm run check` with programs in the place of the real ones. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { startChild } from "../support/child.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Each program's lines of shell. */
async function checked(programs: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "belay-check-"));
  folders.push(folder);
  for (const [name, lines] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const PATH = [folder, process.env.PATH].join(delimiter);
  return await startChild("src/cli/check.ts", [], { env: { PATH }, limitMs: 60_000 }).ended;
}

test("is well when all three are, and shows what each said", async () => {
  const { code, output } = await checked({ tsc: "echo types", biome: "echo lint", knip: "echo unused" });
  expect(code).toBe(0);
  expect(output.split("\n").filter(Boolean).sort()).toEqual(
    ["tsc: fine", "types", "biome: fine", "lint", "knip: fine", "unused"].sort(),
  );
});

test.each(["tsc", "biome", "knip"])("fails when %s does, with the words of all", async (name) => {
  const fine = { tsc: "echo types", biome: "echo lint", knip: "echo unused" };
  const { code, output } = await checked({ ...fine, [name]: "echo wrong >&2\nexit 2" });
  expect(code).toBe(1);
  expect(output).toContain(`${name}: failed\nwrong\n`);
  expect(output.match(/: fine$/gm)).toHaveLength(2);
});

test("fails when a signal ends one", async () => {
  const { code, output } = await checked({ tsc: "exit 0", biome: "exit 0", knip: "kill -9 $$" });
  expect(code).toBe(1);
  expect(output).toContain("knip: failed");
});
