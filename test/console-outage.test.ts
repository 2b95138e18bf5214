/** The console's timeline of a run whose model fails: one line a trouble, with all its failures in it. */
import { expect, test } from "vitest";
import { clockSeconds } from "../src/console/parts/moment.ts";
import { linesOf } from "../src/console/run/lines.ts";
import type { EventBody } from "../src/core/event.ts";
import type { WireEvent } from "../src/http/wire/events.ts";
import { pause } from "./support/core/commands.ts";
import { call, chose, heard } from "./support/core/events.ts";
import { given, type Story } from "./support/given.ts";

const woke: EventBody = { type: "woke" };

function failures(count: number): EventBody[] {
  return Array.from({ length: count }, (_, n): EventBody[] => [
    { type: "model_failed", code: "overloaded", message: `busy, try ${n + 1}`, retryAt: 90_000 },
    woke,
  ]).flat();
}

function told(run: Story) {
  const events = run.events.map(({ at, ...data }, index): WireEvent => {
    return { version: index + 1, at, type: data.type, data };
  });
  return linesOf(events, new Set());
}
const outages = (run: Story) => told(run).filter((line) => line.kind === "outage");

test("ten failures in a row are one line with their number, the first, the last and the last words", () => {
  const run = given(...failures(10));
  const at = run.events.filter(({ type }) => type === "model_failed").map((event) => event.at);
  const [first = 0, last = 0] = [at[0], at[9]];
  expect(told(run).map(({ title }) => title)).toEqual(["dana", "the model did not answer"]);
  expect(outages(run)).toMatchObject([
    {
      shape: "failed",
      open: false,
      at: first,
      ms: last - first,
      detail: `· 10 times, from ${clockSeconds(first)} to ${clockSeconds(last)}, next try ${clockSeconds(90_000)}: busy, try 10`,
    },
  ]);
  const [line] = outages(run);
  expect(line?.failures.map(({ message }) => message)).toEqual(at.map((_, n) => `busy, try ${n + 1}`));
  expect(line?.versions).toHaveLength(20);
});

test("a first failure is told with the next try", () => {
  expect(outages(given(...failures(1)))).toMatchObject([
    { open: false, ms: null, detail: `· next try ${clockSeconds(90_000)}: busy, try 1` },
  ]);
});

test("words in between leave it one; an answer of the model closes it, and what fails later has its own line", () => {
  const run = given(
    ...failures(2),
    heard("hello?"),
    ...failures(1),
    chose(call("a", "look")),
    ...failures(1),
  );
  expect(outages(run)).toMatchObject([
    { shape: "note", failures: { length: 3 }, detail: expect.stringMatching(/^· 3 times/) },
    { shape: "failed", failures: { length: 1 } },
  ]);
  expect(outages(run)[0]?.detail).not.toContain("next try");
});

test("a pause leaves it open, and waking up from a sleep has its own line", () => {
  expect(outages(given(...failures(2), pause))).toMatchObject([{ shape: "failed" }]);
  expect(told(given(woke)).at(-1)).toMatchObject({
    title: "woke up",
    detail: "the time it waited for has come",
  });
});
