/** Lines that follow each other at once are one text, and one that is cut waits for its end. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LinesAtOnce } from "../../../adapters/terminal/lines-at-once.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("pieces of a paste are one text, and what is typed later is another", () => {
  const taken: string[] = [];
  const lines = new LinesAtOnce(
    () => true,
    (text) => taken.push(text),
  );
  lines.add("one");
  vi.advanceTimersByTime(40);
  lines.add("two");
  vi.advanceTimersByTime(40);
  expect(taken).toEqual([]);
  vi.advanceTimersByTime(20);
  lines.add("later");
  vi.advanceTimersByTime(100);
  expect(taken).toEqual(["one\ntwo", "later"]);
});

test("a line that is begun waits for its end, however long that takes", () => {
  const taken: string[] = [];
  let isWhole = false;
  const lines = new LinesAtOnce(
    () => isWhole,
    (text) => taken.push(text),
  );
  lines.add("one");
  vi.advanceTimersByTime(10_000);
  expect(taken).toEqual([]);
  isWhole = true;
  lines.add("two");
  vi.advanceTimersByTime(100);
  expect(taken).toEqual(["one\ntwo"]);
});

test("what came is taken at the end, and once", () => {
  const taken: string[] = [];
  const lines = new LinesAtOnce(
    () => true,
    (text) => taken.push(text),
  );
  lines.add("one");
  lines.flush();
  vi.advanceTimersByTime(100);
  expect(taken).toEqual(["one"]);
  expect(lines.isEmpty).toBe(true);
});
