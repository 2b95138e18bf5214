/** What the worker does by the clock alone: it keeps the leases of what it drives, and looks for what nobody told it of. */
import { pino } from "pino";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { LeftRuns } from "../../src/engine/left-runs.ts";
import { UnreadableRecords } from "../../src/engine/unreadable.ts";
import { RunWorker } from "../../src/engine/worker.ts";
import { clock } from "../support/bot.ts";
import { gate } from "../support/gate.ts";
import { commit, must } from "../support/store/commits.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** As a wake-up says it that knows no epoch. */
const due = (runId: string) => ({ runId, dueAt: 0, epoch: null });

/** A worker whose drives are held until the test has ended, and another one that asks for what is due. */
async function start(told = false) {
  const store = await openSqlite({ path: ":memory:", clock });
  const log = pino({ level: "silent" });
  const door = gate();
  const driven: string[] = [];
  const worker = new RunWorker({
    wakes: told ? { worksAlone: () => false } : null,
    ...{
      store,
      clock,
      log,
      owner: "one",
      rng: () => 0.5,
      left: new LeftRuns({ clock, log, unreadable: new UnreadableRecords(log) }),
    },
    drive: async ({ runId }) => {
      driven.push(runId);
      await door.pass();
      return true;
    },
    fail: async () => true,
  });
  onTestFinished(async () => {
    door.open();
    await worker.stop(0);
    await store.close();
  });
  // The store works in order: what this worker asked for before is done when this is answered.
  const takenByAnother = async () => {
    const claims = await store.claim({ owner: "another", now: clock.now(), leaseMs: 1_000, limit: 1 });
    return claims.map(({ runId }) => runId);
  };
  return { store, worker, driven, door, takenByAnother };
}

test("the lease of a run is renewed as long as it is driven", async () => {
  const { store, worker, door, takenByAnother } = await start();
  await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
  worker.start();
  await door.reached;
  for (let passed = 0; passed < 60; passed += 5) {
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await takenByAnother(), `after ${passed + 5} s`).toEqual([]);
  }
});

test("a run that nobody told of is found within 5 s", async () => {
  const { store, worker, driven, takenByAnother } = await start();
  worker.start();
  expect(await takenByAnother()).toEqual([]);
  await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
  expect(driven).toEqual([]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await takenByAnother()).toEqual([]);
  expect(driven).toEqual(["r1"]);
});

test("what a stopping process is told of it passes on, due at once, when it has stopped", async () => {
  const { store, worker, door } = await start(true);
  await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
  await must(store.commit(commit("r2", 0, { wakeAt: 0 })));
  worker.start();
  void worker.wakeUps.activate(due("r1"));
  await door.reached;
  const stopped = worker.stop(60_000);
  void worker.wakeUps.activate(due("r2"));
  door.open();
  await stopped;
  const claims = await store.claim({ owner: "another", now: clock.now(), leaseMs: 1_000, limit: 2 });
  // Both were this worker's, and letting go of a run wakes others for it.
  expect(claims).toMatchObject([
    { runId: "r1", epoch: 2 },
    { runId: "r2", epoch: 2 },
  ]);
});
