/** What a call says while it runs: at most one event in two seconds, and the newest words in the end. */
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import type { JobState, Toolbox } from "../../src/core/ports/toolbox.ts";
import { fold, reduce } from "../../src/core/reduce/reduce.ts";
import { performPollJob } from "../../src/engine/perform/job.ts";
import { Looks } from "../../src/engine/perform/looks.ts";
import { progressOf } from "../../src/engine/perform/progress.ts";
import type { Work } from "../../src/engine/perform/work.ts";
import { clockOf } from "../support/clock.ts";
import { launch } from "../support/core/commands.ts";
import { call, chose, started } from "../support/core/events.ts";
import { given } from "../support/given.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A call under way, where it is by these events, and what of its words is recorded. */
function working(events: EventBody[], { fails = false, polled = [] as JobState[] } = {}) {
  const { events: before, policy, effect } = given(launch(), chose(call("a", "restart")), ...events);
  let state = fold(before.map((event) => ({ ...event, at: Date.now() })));
  const recorded: string[] = [];
  const work: Partial<Work> = {
    ...{ runId: "r1", epoch: 1, log: pino({ level: "silent" }), looks: new Looks(), policy },
    signal: new AbortController().signal,
    clock: clockOf(Date.now, () => performance.now()),
    toolbox: { poll: async () => polled.shift() } as Partial<Toolbox> as Toolbox,
    record: async ({ propose }) => {
      if (fails) throw new Error("no room");
      const admission = propose(state, policy);
      for (const event of admission.ok ? admission.events : []) {
        state = reduce(state, { ...event, at: Date.now() });
        recorded.push(event.type === "call_progressed" ? event.progress : event.type);
      }
      return { type: "recorded", state, effect, policy, events: 1, released: false };
    },
  };
  const on = () => ({ ...work, state }) as Work;
  return { on, recorded };
}

function speaking(how: { fails?: boolean } = {}) {
  const { on, recorded } = working([started("a")], how);
  return { ...progressOf(on(), "a"), recorded };
}

test("of what is said within two seconds the last is recorded, when they are over", async () => {
  const { tell, over, recorded } = speaking();
  for (const words of ["1 %", "2 %", "", "99 %", "the last one waits"]) tell(words);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(recorded).toEqual(["1 %"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(recorded).toEqual(["1 %", "the last one waits"]);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(recorded).toHaveLength(2);
  expect(await over()).toBe("the last one waits");
});

test("words that never stop are recorded ever more seldom, and shown as long as it runs", async () => {
  const { tell, over, recorded } = speaking();
  for (let second = 10; second <= 21_600; second += 10) {
    tell(`second ${second}`);
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(recorded.length).toBeLessThan(130);
  expect(Number(recorded.at(-1)?.slice("second ".length))).toBeGreaterThan(21_600 * 0.9);
  expect(await over()).toBe("second 21600");
  await vi.advanceTimersByTimeAsync(86_400_000);
  expect(recorded.at(-1)).not.toBe("second 21600");
});

test("what can't be recorded ends no call, and is left to its end", async () => {
  const { tell, over } = speaking({ fails: true });
  tell("half of it");
  expect(await over()).toBe("half of it");
});

test("a job whose words change at each look fills no log with them, and its last words are kept", async () => {
  const looks = Array.from({ length: 200 }, (_, index) => `${index + 1} of 200 pods`);
  const polled: JobState[] = [
    ...looks.map((progress): JobState => ({ type: "running", progress, nextMs: 1 })),
    { type: "finished", output: "all new", omitted: 0 },
  ];
  const begun = { type: "job_begun", callId: "a", handle: null } as const;
  const { on, recorded } = working([started("a"), begun], { polled });
  for (let look = 1; look <= 201; look++) await performPollJob(on(), "a");
  expect(recorded).toEqual([...looks.slice(0, 20), "200 of 200 pods", "call_finished"]);
});
