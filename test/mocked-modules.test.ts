/** A test that puts something in the place of a module has a process of its own: nobody has loaded it there before. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, sourcesIn } from "./support/sources.ts";

test("they are those that vitest.config.ts leaves alone", () => {
  const replacing = sourcesIn("test").filter(({ text }) => /^\s*vi\.(do)?mock\(/im.test(text));
  const config = readFileSync(join(root, "vitest.config.ts"), "utf8");
  const [, alone = ""] = /^const alone = \[([^\]]*)\]/m.exec(config) ?? [];
  expect(replacing.map(({ path }) => `"${path}"`).sort()).toEqual(alone.split(/,\s*/).sort());
});
