/** A message that the store does not take: its order is kept over what passes, and it holds up nobody for ever. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { clock, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { clockOf } from "../support/clock.ts";
import { gate } from "../support/gate.ts";
import { said } from "../support/listening-bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

/** Hears three messages of three threads; the run of the first is not written this many times. */
async function heard(troubles: number): Promise<string[]> {
  const store = await openSqlite({ path: ":memory:", clock });
  const settled: string[] = [];
  const enough = Promise.withResolvers<void>();
  let left = troubles;
  const watched: typeof store = {
    ...store,
    async commit(commit) {
      if (commit.row.task === "first" && left-- > 0) throw new StoreError("storage_busy", "this one is");
      return store.commit(commit);
    },
    async settleInbox(...args) {
      settled.push(args[0].key);
      if (settled.length === 3 || (settled.length === 2 && left > 100)) enough.resolve();
      return store.settleInbox(...args);
    },
  };
  const model = scripted(finalAnswer("one"), finalAnswer("two"), finalAnswer("three"));
  const bot = await startBot({ store: watched, model, channels: [muteChannel({})] });
  onTestFinished(() => bot.stop().then(() => store.close()));
  for (const key of ["first", "second", "third"]) await bot.engine.accept(said(key, `chat:C1/${key}`));
  await enough.promise;
  return settled;
}

test("after a trouble that passes it is heard in its turn", async () => {
  expect(await heard(2)).toEqual(["first", "second", "third"]);
});

test("one that fails each time keeps those behind it waiting for some seconds", async () => {
  expect(await heard(Number.POSITIVE_INFINITY)).toEqual(["second", "third"]);
});

test("one whose statement runs out of time holds up the others once, and nobody who comes later", async () => {
  let date = 1_000_000;
  const passing = clockOf(() => date);
  const store = await openSqlite({ path: ":memory:", clock: passing });
  const held = gate();
  const settled: string[] = [];
  const waiting = new Map<string, () => void>();
  let tries = 0;
  const watched: typeof store = {
    ...store,
    async commit(commit) {
      if (commit.row.task !== "first") return store.commit(commit);
      // Longer than a claim of messages lasts.
      date += 10_000;
      if (++tries > 1) await held.pass();
      throw new StoreError("storage_busy", "canceling statement due to statement timeout");
    },
    async settleInbox(...args) {
      settled.push(args[0].key);
      waiting.get(args[0].key)?.();
      return store.settleInbox(...args);
    },
  };
  const isHeard = (key: string) =>
    new Promise<void>((resolve) => {
      if (settled.includes(key)) resolve();
      else waiting.set(key, resolve);
    });
  const model = scripted(finalAnswer("two"), finalAnswer("three"), finalAnswer("four"));
  const bot = await startBot({ store: watched, model, channels: [muteChannel({})], clock: passing });
  onTestFinished(async () => {
    held.open();
    await bot.stop();
    await store.close();
  });
  for (const key of ["first", "second", "third"]) await bot.engine.accept(said(key, `chat:C1/${key}`));
  await Promise.all([isHeard("second"), isHeard("third")]);
  await held.reached;
  expect(tries).toBe(2);
  // It is tried at this moment, and the store says nothing.
  await bot.engine.accept(said("fourth", "chat:C1/fourth"));
  await isHeard("fourth");
  expect(settled).toEqual(["second", "third", "fourth"]);
});

test("of two that failed for long the one that the store takes again is heard, though the other comes first", async () => {
  let date = 1_000_000;
  const passing = clockOf(() => date);
  const store = await openSqlite({ path: ":memory:", clock: passing });
  const isHeard = Promise.withResolvers<void>();
  let secondTries = 0;
  const watched: typeof store = {
    ...store,
    async commit(commit) {
      // Each try takes longer than a claim lasts.
      date += 10_000;
      if (commit.row.task === "first" || ++secondTries === 1) throw new StoreError("storage_busy", "timeout");
      return store.commit(commit);
    },
    async settleInbox(...args) {
      isHeard.resolve();
      return store.settleInbox(...args);
    },
  };
  const model = scripted(finalAnswer("two"));
  const bot = await startBot({ store: watched, model, channels: [muteChannel({})], clock: passing });
  onTestFinished(() => bot.stop().then(() => store.close()));
  for (const key of ["first", "second"]) await bot.engine.accept(said(key, `chat:C1/${key}`));
  await isHeard.promise;
  expect(secondTries).toBeGreaterThan(1);
});
