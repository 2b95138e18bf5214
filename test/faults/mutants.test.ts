/** `npm run mutants` takes its time; what each mutant changes is still there is seen at once. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mutants, mutantsFile } from "./mutants/list.ts";
import { mutated } from "./mutants/source.ts";

const root = join(import.meta.dirname, "..", "..");

describe("a mutant", () => {
  test.each(mutants)("changes what stands once in its file: $name", (mutant) => {
    const text = readFileSync(join(root, mutant.file), "utf8");
    expect(mutated(text, mutant, mutantsFile)).not.toBe(text);
    expect(existsSync(join(root, mutant.test))).toBe(true);
  });

  test("whose text is gone, or stands twice, is refused with words for where it is listed", () => {
    const mutant = { name: "m", file: "a.ts", find: "x", put: "y" };
    expect(() => mutated("abc", mutant, "b.ts")).toThrow('"m": its text is not in a.ts. Say in b.ts what');
    expect(() => mutated("x x", mutant, "b.ts")).toThrow(
      '"m": its text is 2 times in a.ts. Say in b.ts what',
    );
  });
});
