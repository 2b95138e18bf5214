/** States of a run that come to the console in another order than they were read. */
import { expect, test } from "vitest";
import { later } from "../src/console/api/later.ts";

test("a look that began before a press does not take back what the press was answered with", () => {
  const [running, cancelled] = [
    { version: 3, status: "running" },
    { version: 4, status: "cancelled" },
  ];
  expect(later(undefined, running)).toEqual(running);
  expect(later(running, cancelled)).toEqual(cancelled);
  expect(later(cancelled, running)).toBe(cancelled);
  expect(later(cancelled, { ...cancelled })).toBe(cancelled);
});
