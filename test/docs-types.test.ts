/** What the documents show for belay.config.ts keeps the types: it is copied as it stands, and nothing else looks at them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startChild } from "./support/child.ts";

const root = resolve(import.meta.dirname, "..");

/** Blocks after `<!-- code: <path>, <what it is> -->`: parts of a file, each with its own imports. */
function partsIn(document: string): string[] {
  const page = readFileSync(join(root, document), "utf8");
  return [...page.matchAll(/<!-- code: \S+, .+ -->\n+```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
}

it("in every part of a belay.config.ts", async () => {
  const parts = ["docs/tools.md", "docs/mcp.md", "docs/access.md"].flatMap(partsIn);
  expect(parts.length).toBeGreaterThan(9);
  // Inside the project, so that its imports are found.
  const folder = mkdtempSync(join(root, "test", ".docs-types-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = parts.map((code, index) => {
    const path = join(folder, `part-${index}.ts`);
    writeFileSync(path, code.replaceAll(/"\.\/(src|adapters)\//g, '"../../$1/'));
    return basename(path);
  });
  // What a part declares, the rest of the file uses. What is known of the project's own files stays as it is.
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, incremental: false };
  const settings = { extends: "../../tsconfig.json", compilerOptions, files, include: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  const { output } = await startChild("node_modules/typescript/bin/tsc", ["--noEmit", "-p", folder]).ended;
  expect(output).toBe("");
});
