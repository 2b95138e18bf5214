/** A worker that hears of a due run before the wake-up comes: it asks at once when it has nothing to do, and once. */
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { LeftRuns } from "../../src/engine/left-runs.ts";
import { UnreadableRecords } from "../../src/engine/unreadable.ts";
import { RunWorker } from "../../src/engine/worker.ts";
import { clock } from "../support/bot.ts";
import { gate } from "../support/gate.ts";
import { commit, must } from "../support/store/commits.ts";

/**
 * A worker that is told, with the runs that are due. `claim`: how it asked for them. Drives wait at the door, and at the
 * exit when they have let go of their run.
 */
async function start(...runIds: string[]) {
  const store = await openSqlite({ path: ":memory:", clock });
  for (const runId of runIds) await must(store.commit(commit(runId, 0, { wakeAt: 0 })));
  const log = pino({ level: "silent" });
  const door = gate();
  const exit = gate();
  const driven: string[] = [];
  const claim = vi.fn(store.claim);
  const worker = new RunWorker({
    ...{
      wakes: { worksAlone: () => false },
      store: { ...store, claim },
      clock,
      log,
      owner: "one",
      rng: () => 0.5,
    },
    left: new LeftRuns({ clock, log, unreadable: new UnreadableRecords(log) }),
    async drive({ runId, epoch }) {
      driven.push(runId);
      await door.pass();
      await must(
        store.commit(commit(runId, (await store.run(runId))?.version ?? 0, { epoch, release: true })),
      );
      await exit.pass();
      return true;
    },
    fail: async () => true,
  });
  worker.start();
  onTestFinished(async () => {
    door.open();
    exit.open();
    await worker.stop(0);
    await store.close();
  });
  return { worker, door, exit, driven, claim, store };
}

test("with nothing to do it asks at once, and not again for the wake-up that comes meanwhile", async () => {
  const { worker, door, exit, driven, claim } = await start("r1");
  worker.wakeUps.heard("r1");
  const came = worker.wakeUps.activate({ runId: "r1", dueAt: 0, epoch: 0 });
  await door.reached;
  door.open();
  exit.open();
  await came;
  expect(driven).toEqual(["r1"]);
  expect(claim).toHaveBeenCalledOnce();
});

test("with a run to drive it waits for the wake-up", async () => {
  const { worker, door, claim } = await start("r1", "r2");
  worker.wakeUps.heard("r1");
  worker.wakeUps.heard("r2");
  await door.reached;
  worker.wakeUps.heard("r2");
  expect(claim.mock.calls.map(([asked]) => asked.only)).toEqual([["r1"]]);
});

test("asks again for a run that became due after it was let go of, before this process has finished with it", async () => {
  const { worker, door, exit, driven, claim, store } = await start("r1");
  worker.wakeUps.heard("r1");
  door.open();
  await exit.reached;
  // Written when the run was free again, after the only claim, which had epoch 1.
  await must(store.commit(commit("r1", 2, { wakeAt: 0 })));
  const came = worker.wakeUps.activate({ runId: "r1", dueAt: 0, epoch: 1 });
  expect(claim).toHaveBeenCalledOnce();
  exit.open();
  await came;
  expect(driven).toEqual(["r1", "r1"]);
});

test("when it stops it begins nothing that it hears of", async () => {
  const { worker, claim } = await start("r1");
  await worker.stop(0);
  worker.wakeUps.heard("r1");
  expect(claim).not.toHaveBeenCalled();
});
