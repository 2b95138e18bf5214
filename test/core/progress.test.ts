/** How often the words that a call says of itself become events: often enough to be seen, and bounded for its length. */
import { expect, test } from "vitest";
import { findCall } from "../../src/core/reduce/calls.ts";
import { progressDueIn } from "../../src/core/reduce/progress.ts";
import { launch } from "../support/core/commands.ts";
import { call, chose, started } from "../support/core/events.ts";
import { given } from "../support/given.ts";

const second = 1_000;
const day = 86_400 * second;
const begun = given(launch(), chose(call("a", "restart")), started("a"), {
  ...{ type: "job_begun", callId: "a", handle: null },
});
const callIn = (story: typeof begun) => findCall(story.state, "a") ?? {};

/** When words are recorded that change every five seconds, ms after the beginning. */
function recorded(lengthMs: number): number[] {
  const times: number[] = [];
  for (let now = 0; now < lengthMs; now += 5 * second) {
    const progressed = { count: times.length, at: times.at(-1) ?? 0 };
    if (progressDueIn(times.length === 0 ? {} : { progressed }, now) === 0) times.push(now);
  }
  return times;
}

test("the first ones are, each of them; a day has some hundred and fifty, a month two hundred", () => {
  expect(recorded(100 * second)).toHaveLength(20);
  expect(recorded(day).length).toBeLessThan(150);
  expect(recorded(30 * day).length).toBeLessThanOrEqual(200);
});

test("what is shown is never older than a tenth of the time that it has taken so far", () => {
  const times = recorded(30 * day);
  const late = times.filter((time, index) => {
    const before = times[index - 1] ?? 0;
    return index >= 20 && time - before > Math.max(10 * second, before / 10);
  });
  expect(late).toEqual([]);
});

test("they are counted with the call, by the log's dates", () => {
  let story = begun;
  for (let count = 1; count <= 21; count++) {
    expect(progressDueIn(callIn(story), 0)).toBe(0);
    story = story.when({ type: "call_progressed", callId: "a", progress: `${count} of 40` });
  }
  const { progressed } = callIn(story) as { progressed?: { count: number; at: number } };
  expect(progressed).toMatchObject({ count: 21, at: expect.any(Number) });
});

test("a date that was set back silences nobody", () => {
  const progressed = { count: 100, at: day };
  expect(progressDueIn({ progressed }, day)).toBeGreaterThan(0);
  expect(progressDueIn({ progressed }, day - 1)).toBe(0);
});
