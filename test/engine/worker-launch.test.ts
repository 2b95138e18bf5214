/** A launch by a process that drives nothing: it has the run with the commit, and nobody has to ask for it. */
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { admit } from "../../src/core/admit/admit.ts";
import type { Committed } from "../../src/core/ports/commit.ts";
import { Live } from "../../src/engine/folded-states.ts";
import { LeftRuns } from "../../src/engine/left-runs.ts";
import { createRecord } from "../../src/engine/record.ts";
import { UnreadableRecords } from "../../src/engine/unreadable.ts";
import { RunWorker } from "../../src/engine/worker.ts";
import { clock } from "../support/bot.ts";
import { launch as launchOf } from "../support/core/commands.ts";
import { policyWith } from "../support/core/policy.ts";
import { gate } from "../support/gate.ts";

/** A worker that is told, unless `told` is false, beside others, unless it works alone. Drives wait at the door. */
async function start({ told = true, alone = false }: { told?: boolean; alone?: boolean } = {}) {
  const store = await openSqlite({ path: ":memory:", clock });
  const log = pino({ level: "silent" });
  const door = gate();
  const driven: { runId: string; epoch: number; events: number }[] = [];
  const claim = vi.fn(store.claim);
  const commit = vi.fn(store.commit);
  const worker = new RunWorker({
    ...{
      wakes: told ? { worksAlone: () => alone } : null,
      store: { ...store, claim },
      clock,
      log,
      owner: "one",
      rng: () => 0.5,
    },
    left: new LeftRuns({ clock, log, unreadable: new UnreadableRecords(log) }),
    async drive({ runId, epoch, log }) {
      driven.push({ runId, epoch, events: log?.length ?? 0 });
      await door.pass();
      return false;
    },
    fail: async () => true,
  });
  worker.start();
  onTestFinished(async () => {
    door.open();
    await worker.stop(0);
    await store.close();
  });
  const record = createRecord({
    ...{ store: { ...store, commit }, clock, log, redact: (text: string) => text },
    ...{ channels: new Set<string>(), live: new Live(store), policyOf: async () => policyWith() },
    committed: ({ dueAt, runId }) => dueAt !== null && worker.poke(dueAt, runId),
  });
  const launch = (runId: string) => {
    const command = { ...launchOf({ task: "deploy" }), runId };
    const by = { runId, inbox: null, epoch: null, agent: "default" };
    return worker.wakeUps.launch(runId, (claim) =>
      record({ ...by, claim, propose: (state, policy) => admit(state, command, policy) }),
    );
  };
  const claimed = () => commit.mock.calls.map(([{ runId, claim }]) => [runId, claim?.owner ?? null]);
  return { worker, store, door, driven, claim, commit, launch, claimed };
}

test("drives it at once with the log that it wrote, and asks for nothing", async () => {
  const { launch, driven, claim, worker, store } = await start();
  expect(await launch("r1")).toMatchObject({ type: "recorded", state: { version: 1 } });
  expect(driven).toEqual([{ runId: "r1", epoch: 1, events: 1 }]);
  expect(claim).not.toHaveBeenCalled();
  expect(await store.claim({ owner: "two", now: clock.now(), leaseMs: 1_000, limit: 9 })).toEqual([]);
  worker.wakeUps.heard("r1");
  expect(claim).not.toHaveBeenCalled();
});

test("with a run to drive, or another launch on its way, it launches like any other process", async () => {
  const { launch, claimed } = await start();
  await Promise.all([launch("r1"), launch("r2")]);
  await launch("r3");
  expect(claimed()).toEqual([
    ["r1", "one"],
    ["r2", null],
    ["r3", null],
  ]);
});

test("one that works alone has each of its launches while it has room, and what it is told of waits for that", async () => {
  const { launch, claimed, claim, worker, driven, door } = await start({ alone: true });
  const runIds = Array.from({ length: 201 }, (_, n) => `r${n}`);
  await Promise.all(runIds.map(launch));
  expect(claimed().map(([, owner]) => owner)).toEqual([...Array(200).fill("one"), null]);
  const activated = worker.wakeUps.activate({ runId: "r200", dueAt: 0, epoch: 0 });
  expect(claim).not.toHaveBeenCalled();
  expect(driven).toHaveLength(200);
  door.open();
  await activated;
  expect(driven.at(-1)).toMatchObject({ runId: "r200", epoch: 1 });
  expect(claim).toHaveBeenCalledOnce();
});

test("a launch that is refused, or another process holds, begins nothing and keeps nothing from beginning", async () => {
  const { launch, driven, commit, claimed, store } = await start();
  commit.mockImplementationOnce(async (given): Promise<Committed> => {
    await store.commit({ ...given, claim: { owner: "another", leaseMs: 60_000 } });
    return { ok: true, version: 1 };
  });
  await launch("r1");
  expect(await launch("r1")).toMatchObject({ type: "refused", refusal: { code: "already_launched" } });
  commit.mockRejectedValueOnce(new Error("the store is away"));
  await expect(launch("r2")).rejects.toThrow("the store is away");
  expect(driven).toEqual([]);
  await launch("r3");
  expect(driven).toEqual([{ runId: "r3", epoch: 1, events: 1 }]);
  expect(claimed().every(([, owner]) => owner === "one")).toBe(true);
});

test("a stop that comes meanwhile lets go of it; after that nothing is claimed", async () => {
  const { launch, commit, worker, store, claimed, door } = await start();
  const written = gate();
  commit.mockImplementationOnce(async (given) => {
    await written.pass();
    return store.commit(given);
  });
  door.open();
  const launched = launch("r1");
  await written.reached;
  const stopped = worker.stop(1_000);
  written.open();
  await Promise.all([launched, stopped]);
  await launch("r2");
  expect(claimed()).toEqual([
    ["r1", "one"],
    ["r2", null],
  ]);
  const free = await store.claim({ owner: "two", now: clock.now(), leaseMs: 1_000, limit: 9 });
  expect(free.map(({ runId, recovered }) => ({ runId, recovered }))).toEqual([
    { runId: "r1", recovered: false },
    { runId: "r2", recovered: false },
  ]);
});

test("a process that looks for what is due by itself finds its launches as all others", async () => {
  const { launch, claimed, driven } = await start({ told: false });
  await launch("r1");
  expect(claimed()).toEqual([["r1", null]]);
  await expect.poll(() => driven).toEqual([{ runId: "r1", epoch: 1, events: 0 }]);
});
