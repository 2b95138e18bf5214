/** A message that a process takes up late: what another try has made of it since stands. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Channel } from "../../src/core/ports/channel.ts";
import type { InboxRow } from "../../src/core/ports/deliveries.ts";
import type { Inbound, Said } from "../../src/core/ports/inbound.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { clock, operator, startBot } from "../support/bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

const source = "chat";
const address = "chat:C1/1";

function mention(key: string): Inbound {
  const intent: Said & { type: "message" } = {
    type: "message",
    text: "deploy",
    addressed: true,
    agent: null,
  };
  return { key, actor: operator, channel: source, address, intent, replyTo: {}, context: [] };
}

test("its sleep outlived its claim: the run that another process began is not taken out of the row", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  // As they were claimed: the process that sleeps has them so in its memory.
  const claimed: InboxRow[] = [];
  let late: InboxRow[] = [];
  const settled: string[] = [];
  const watched = {
    ...store,
    claimInbox: async (claim: Parameters<typeof store.claimInbox>[0]) => {
      const rows = [...late.splice(0), ...(await store.claimInbox(claim))];
      claimed.push(...rows.map((row) => ({ ...row })));
      return rows;
    },
    settleInbox: async (...args: Parameters<typeof store.settleInbox>) => {
      const isOurs = await store.settleInbox(...args);
      settled.push(args[1].outcome);
      return isOurs;
    },
  };
  const bot = await startBot({ store: watched, model: scripted(finalAnswer("done")) });
  onTestFinished(() => bot.stop().then(() => store.close()));
  const settledTimes = async (times: number) => {
    while (settled.length < times) await new Promise((resolve) => setImmediate(resolve));
  };
  await bot.engine.accept(mention("first"));
  await settledTimes(1);
  const row = await store.inboxRow({ source, key: "first" });
  expect(row).toMatchObject({ state: "done", outcome: "launched", runId: await store.runAt(address) });

  late = claimed.filter(({ key }) => key === "first");
  // Whatever comes next has it look, and there it finds what it had claimed.
  await bot.engine.accept({ ...mention("second"), address: "chat:C1/2" });
  await settledTimes(2);
  expect(settled).toEqual(["launched", "launched"]);
  expect(await store.inboxRow({ source, key: "first" })).toEqual(row);
});

function hearing(told: string[]): Channel {
  return {
    name: source,
    can: { edit: false, buttons: false, maxText: 1000, minIntervalMs: 0 },
    start: async () => {},
    stop: async () => {},
    identify: async (actor) => actor,
    whisper: async ({ key }, { type }) => void told.push(`${key}: ${type}`),
    handle: () => null,
    health: () => ({ ok: true, detail: "" }),
    post: async () => ({ remoteId: "1" }),
  };
}

test("a late process that finds it done does not keep the one that had it done from telling its sender", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  const held: InboxRow[] = [];
  const told: string[] = [];
  const lateIsThrough = Promise.withResolvers<void>();
  const late = await startBot({
    store: {
      ...store,
      claimInbox: async (claim) => [...held.splice(0), ...(await store.claimInbox(claim))],
      async settleInbox(key, settled) {
        const isOurs = await store.settleInbox(key, settled);
        // One after another: what it held came before.
        if (key.key === "next") lateIsThrough.resolve();
        return isOurs;
      },
    },
    model: scripted(),
    channels: [hearing(told)],
    role: { works: false, speaks: true },
  });
  const quick = await startBot({
    store: {
      ...store,
      async claimInbox(claim) {
        const rows = await store.claimInbox(claim);
        held.push(...rows.map((row) => ({ ...row })));
        return rows;
      },
      async settleInbox(key, settled) {
        await late.engine.accept({ ...mention("next"), address: "chat:C1/2" });
        await lateIsThrough.promise;
        return store.settleInbox(key, settled);
      },
    },
    model: scripted(finalAnswer("done"), finalAnswer("done")),
    channels: [hearing(told)],
  });
  onTestFinished(async () => {
    await quick.stop();
    await late.stop();
    await store.close();
  });
  await quick.engine.accept(mention("first"));
  await expect.poll(() => told.toSorted()).toEqual(["first: launched", "next: launched"]);
  expect(await store.inboxRow({ source, key: "first" })).toMatchObject({ outcome: "launched" });
});

test("the sender is told also when the store's answer to the settling was lost", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  const told: string[] = [];
  const failed = Promise.withResolvers<void>();
  let losses = 1;
  const bot = await startBot({
    store: {
      ...store,
      async settleInbox(key, settled) {
        const isOurs = await store.settleInbox(key, settled);
        if (losses-- <= 0) return isOurs;
        failed.resolve();
        throw new StoreError("storage_busy", "the line broke before the answer");
      },
    },
    model: scripted(finalAnswer("done"), finalAnswer("done")),
    channels: [hearing(told)],
  });
  onTestFinished(() => bot.stop().then(() => store.close()));
  await bot.engine.accept(mention("first"));
  await failed.promise;
  // Whatever comes next has it look again, and there it finds what it still holds.
  await bot.engine.accept({ ...mention("next"), address: "chat:C1/2" });
  await expect.poll(() => told).toEqual(["first: launched"]);
});
