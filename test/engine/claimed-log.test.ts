/** The log that comes with a claim: given to the drive, and kept by nobody while the run is driven. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { RunEvent } from "../../src/core/event.ts";
import { LeftRuns } from "../../src/engine/left-runs.ts";
import { UnreadableRecords } from "../../src/engine/unreadable.ts";
import { RunWorker } from "../../src/engine/worker.ts";
import { clock } from "../support/bot.ts";
import { gate } from "../support/gate.ts";
import { commit, must } from "../support/store/commits.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

test("a run that waits for its model keeps no second copy of its log in memory", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
  const log = pino({ level: "silent" });
  const door = gate();
  const given: (number | undefined)[] = [];
  let claimed: WeakRef<RunEvent[]> | null = null;
  const worker = new RunWorker({
    ...{
      wakes: { worksAlone: () => false },
      clock,
      log,
      owner: "one",
      rng: () => 0.5,
      left: new LeftRuns({ clock, log, unreadable: new UnreadableRecords(log) }),
    },
    store: {
      ...store,
      async claim(asked) {
        const claims = await store.claim(asked);
        const events = await store.read("r1");
        claimed = new WeakRef(events);
        return claims.map((claim) => ({ ...claim, log: events }));
      },
    },
    drive({ log: events }) {
      given.push(events?.length);
      return door.pass().then(() => true);
    },
    fail: async () => true,
  });
  worker.start();
  onTestFinished(async () => {
    door.open();
    await worker.stop(0);
    await store.close();
  });
  void worker.wakeUps.activate({ runId: "r1", dueAt: 0, epoch: null });
  await door.reached;
  expect(given).toEqual([1]);
  // A reference that was made or looked at in this turn of the event loop is held until its end.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(kept(claimed)).toBe(false);
});

function kept(log: WeakRef<RunEvent[]> | null): boolean {
  return log?.deref() !== undefined;
}
