/** The console writes a moment in one form: whatever draws one asks the one file that knows how. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clock, clockSeconds, exactTime } from "../src/console/parts/moment.ts";

const folder = join(import.meta.dirname, "..", "src", "console");

test("moments are written by parts/moment.ts alone", () => {
  const own = /DateTimeFormat|toLocale\w*String|toTimeString|toUTCString|getHours|getMinutes|timeInWords/;
  const writers = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .filter((name) => own.test(readFileSync(join(folder, name), "utf8")));
  expect(writers).toEqual(["parts/moment.ts"]);
});

test("the forms differ in date and seconds, and in nothing else", () => {
  const now = new Date();
  now.setHours(9, 5, 7, 0);
  const today = now.getTime();
  expect(clockSeconds(today)).toContain("07");
  expect(clock(today).replace(/\D/g, "")).toBe(clockSeconds(today).replace(/\D/g, "").slice(0, 4));
  const before = today - 400 * 86_400_000;
  expect(clockSeconds(before)).toBe(exactTime(before));
  expect(clock(before)).toContain(clock(today));
  expect(clock(before)).toContain(String(new Date(before).getFullYear()));
});
