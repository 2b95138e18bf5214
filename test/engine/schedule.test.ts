/** Schedules fire on time, in their zone, once; what a downtime missed is launched once. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { launchPlace } from "../../src/config/channels.ts";
import { type Schedule, startSchedules } from "../../src/engine/schedule.ts";
import { clockOf } from "../support/clock.ts";
import { type MemoryInlet, memoryInlet } from "../support/webhook/inlet.ts";

const nightly: Schedule = {
  name: "nightly",
  cron: "30 2 * * *",
  timeZone: "Europe/Berlin",
  agent: "triage",
  task: "Read the night's alerts.",
  speaksAt: launchPlace("slack:T1/C1"),
};

let inlet: MemoryInlet;
let logged: string[];
let running: { stop(): Promise<void> }[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-01-10T12:00:00Z") });
  inlet = memoryInlet();
  logged = [];
  running = [];
});
afterEach(async () => {
  for (const schedules of running) await schedules.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function start(schedules: Schedule[] = [nightly]): Promise<{ stop(): Promise<void> }> {
  const log = (_: object, message: string) => void logged.push(message);
  const clock = clockOf(() => Date.now());
  const started = await startSchedules({ inlet, schedules, clock, log: { info: log, warn: log } });
  running.push(started);
  return started;
}

async function pass(hours: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(hours * 3_600_000);
}

/** Minutes of the launches, as the inbox key has them. */
const fired = () => inlet.notes.get("schedule:nightly");

test("a new schedule waits for its next time", async () => {
  await start();
  expect(inlet.launches).toHaveLength(0);
  await pass(13);
  expect(inlet.launches).toHaveLength(0);
  await pass(1);
  expect(inlet.launches).toHaveLength(1);
  // Half past two in Berlin's winter.
  expect(fired()).toBe("2026-01-11T01:30:00.000Z");
  expect(inlet.launches[0]).toMatchObject({
    agent: "triage",
    launch: {
      task: "Read the night's alerts.",
      actor: { principal: "schedule:nightly", kind: "machine" },
      addresses: [`slack:T1/C1/new:nightly-${Date.parse("2026-01-11T01:30:00Z")}`],
      trusted: true,
    },
  });
});

test("fires every day, and holds one timer", async () => {
  await start([nightly, { ...nightly, name: "hourly", cron: "0 * * * *" }]);
  expect(vi.getTimerCount()).toBe(1);
  await pass(72);
  const names = inlet.launches.map(({ launch }) => launch.actor.principal);
  expect(names.filter((name) => name === "schedule:nightly")).toHaveLength(3);
  expect(names.filter((name) => name === "schedule:hourly")).toHaveLength(72);
});

test("what a downtime missed is launched once, for its latest time", async () => {
  const first = await start();
  await pass(24);
  await first.stop();
  expect(inlet.launches).toHaveLength(1);
  vi.setSystemTime(Date.parse("2026-01-15T12:00:00Z"));
  await start();
  expect(inlet.launches).toHaveLength(2);
  expect(fired()).toBe("2026-01-15T01:30:00.000Z");
});

test("a death between launch and note fires no second run", async () => {
  await start();
  const saveNote = inlet.store.saveNote;
  inlet.store.saveNote = () => Promise.reject(new Error("killed"));
  await pass(14);
  expect(inlet.launches).toHaveLength(1);
  inlet.store.saveNote = saveNote;
  await start();
  expect(inlet.launches).toHaveLength(1);
  expect(fired()).toBe("2026-01-11T01:30:00.000Z");
});

test("two processes on one store launch one run", async () => {
  await start();
  await start();
  await pass(24);
  expect(inlet.launches).toHaveLength(1);
});

test("trouble with the store is logged and tried again", async () => {
  await start();
  inlet.failWith(new Error("database is locked"));
  await pass(14);
  expect(logged).toContain("schedule could not fire, will try again");
  inlet.failWith(null);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(inlet.launches).toHaveLength(1);
});

test("a refusal is logged and not tried again before the next time", async () => {
  await start();
  inlet.refuseWith("not_allowed");
  await pass(14);
  expect(logged.filter((message) => message === "scheduled launch refused")).toHaveLength(1);
});

test("a date that was a year ahead for an hour does not silence it for that year", async () => {
  const first = await start();
  await first.stop();
  vi.setSystemTime(Date.parse("2027-01-10T12:00:00Z"));
  const ahead = await start();
  expect(inlet.launches).toHaveLength(1);
  await ahead.stop();
  vi.setSystemTime(Date.parse("2026-01-10T13:00:00Z"));
  await start();
  expect(inlet.launches).toHaveLength(1);
  await pass(48);
  expect(inlet.launches).toHaveLength(3);
  expect(fired()).toBe("2026-01-12T01:30:00.000Z");
});

test("other times begin when they are given, not at what they would have been before", async () => {
  const first = await start();
  await pass(24);
  await first.stop();
  expect(inlet.launches).toHaveLength(1);
  const morning = { ...nightly, cron: "0 9 * * *" };
  const second = await start([morning]);
  expect(inlet.launches).toHaveLength(1);
  await second.stop();
  await start([morning]);
  await pass(24);
  expect(fired()).toBe("2026-01-12T08:00:00.000Z");
  expect(inlet.launches).toHaveLength(2);
});

test("beside a process that has other times each fires at its own", async () => {
  await start();
  await start([{ ...nightly, cron: "0 9 * * *" }]);
  await pass(14);
  expect(fired()).toBe("2026-01-11T01:30:00.000Z");
  await pass(8);
  expect(fired()).toBe("2026-01-11T08:00:00.000Z");
  expect(inlet.launches).toHaveLength(2);
});

test("what fired on a clock that was ahead by seconds does not fire again on one that is right", async () => {
  const first = await start();
  await first.stop();
  vi.setSystemTime(Date.parse("2026-01-11T01:30:01Z"));
  const ahead = await start();
  await ahead.stop();
  expect(inlet.launches).toHaveLength(1);
  vi.setSystemTime(Date.parse("2026-01-11T01:29:55Z"));
  await start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(inlet.launches).toHaveLength(1);
});

describe("when the clocks change in Berlin", () => {
  test("the skipped half past two fires once in spring", async () => {
    vi.setSystemTime(Date.parse("2026-03-28T12:00:00Z"));
    await start();
    await pass(24);
    expect(inlet.launches).toHaveLength(1);
  });

  test("the repeated half past two fires once in autumn", async () => {
    vi.setSystemTime(Date.parse("2026-10-24T12:00:00Z"));
    await start();
    await pass(24);
    expect(inlet.launches).toHaveLength(1);
  });
});

test("an expression or a zone that can't be read refuses to start", async () => {
  await expect(start([{ ...nightly, cron: "61 * * * *" }])).rejects.toThrow();
  await expect(start([{ ...nightly, cron: "* * * * * *" }])).rejects.toThrow();
  await expect(start([{ ...nightly, timeZone: "Mars/Olympus" }])).rejects.toThrow();
});

test("no schedules, no timer", async () => {
  await start([]);
  expect(vi.getTimerCount()).toBe(0);
});
