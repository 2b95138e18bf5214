/** What is kept of a program's output, and what of it stays in memory. */
import { queryObjects } from "node:v8";
import { expect, test } from "vitest";
import { Kept } from "../../../adapters/command/kept.ts";

test("of a program without an end only what is kept stays in memory", () => {
  const kept = new Kept(100_000);
  class Piece extends ArrayBuffer {}
  for (let piece = 0; piece < 1_000; piece++) kept.add(Buffer.from(new Piece(1_000)));
  // The prototype counts as one, and the last piece may still lie on the stack.
  expect(queryObjects(Piece, { format: "count" })).toBeLessThanOrEqual(102);
  expect([kept.text().length, kept.omitted]).toEqual([100_000, 900_000]);
});
