/** What a browser must load before it shows anything stays small. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "..", "..", "dist", "console");
/** At 50 kB/s and 400 ms, 128 kB come within three seconds and leave two for the data and the drawing. */
const budgetBytes = 128 * 1024;

function page(): string {
  return readFileSync(join(folder, "index.html"), "utf8");
}

it("keeps the first view within 128 kB gzipped", () => {
  const files = [...page().matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
  expect(files.some((file) => file.endsWith(".js"))).toBe(true);
  expect(files.some((file) => file.endsWith(".css"))).toBe(true);
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
  expect(bytes).toBeLessThan(budgetBytes);
});

it("holds no inline code or style, which the policy of the server forbids", () => {
  expect(page()).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(page()).not.toMatch(/<style|\sstyle=|\son\w+=/);
});
