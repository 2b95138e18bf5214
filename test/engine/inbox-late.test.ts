/** A message that a process takes up late: what another try has made of it since stands. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Channel } from "../../src/core/ports/channel.ts";
import type { ClaimedRow } from "../../src/core/ports/deliveries.ts";
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
  const claimed: ClaimedRow[] = [];
  let late: ClaimedRow[] = [];
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
  await settledTimes(3);
  expect(settled).toEqual(["launched", "repeated", "launched"]);
  expect(await store.inboxRow({ source, key: "first" })).toEqual(row);
});

test("of two tries the one that had the effect tells its sender, though the other one settles first", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  const [committed, repeated] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const late: ClaimedRow[] = [];
  const slow = {
    ...store,
    claimInbox: async (claim: Parameters<typeof store.claimInbox>[0]) => {
      const rows = await store.claimInbox(claim);
      late.push(...rows.map((row) => ({ ...row })));
      return rows;
    },
    settleInbox: async (...args: Parameters<typeof store.settleInbox>) => {
      committed.resolve();
      await repeated.promise;
      return store.settleInbox(...args);
    },
  };
  const other = {
    ...store,
    // Claimed before the slow one had it done, when that one's claim had run out.
    claimInbox: async () => late.splice(0),
    settleInbox: async (...args: Parameters<typeof store.settleInbox>) => {
      const isOurs = await store.settleInbox(...args);
      repeated.resolve();
      return isOurs;
    },
  };
  const told: string[] = [];
  const chat = chatThat((outcome) => told.push(outcome));
  const bot = await startBot({ store: slow, model: scripted(finalAnswer("done")), channels: [chat] });
  await bot.engine.accept(mention("first"));
  await committed.promise;
  const second = await startBot({ store: other, model: scripted(), channels: [chat] });
  await repeated.promise;
  await bot.stop();
  await second.stop();
  const row = await store.inboxRow({ source, key: "first" });
  await store.close();
  expect(told).toEqual(["launched"]);
  expect(row).toMatchObject({ state: "done", outcome: "launched", runId: expect.stringMatching(/^run_/) });
});

test("the sender is told also when the store's answer to the settling was lost", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  const lost = Promise.withResolvers<void>();
  let losses = 1;
  const cut = {
    ...store,
    settleInbox: async (...args: Parameters<typeof store.settleInbox>) => {
      const isOurs = await store.settleInbox(...args);
      if (losses-- <= 0) return isOurs;
      lost.resolve();
      throw new StoreError("storage_busy", "the line broke before the answer");
    },
  };
  const told: string[] = [];
  const chat = chatThat((outcome) => told.push(outcome));
  const bot = await startBot({
    store: cut,
    model: scripted(finalAnswer("done"), finalAnswer("done")),
    channels: [chat],
  });
  onTestFinished(() => bot.stop().then(() => store.close()));
  await bot.engine.accept(mention("first"));
  await lost.promise;
  // Whatever comes next has it look again, and there it finds what it still holds.
  await bot.engine.accept({ ...mention("next"), address: "chat:C1/2" });
  await expect.poll(() => told[0]).toBe("launched");
});

function chatThat(tell: (outcome: string) => void): Channel {
  return {
    name: source,
    can: { edit: true, buttons: true, maxText: 4_000, minIntervalMs: 0 },
    start: async () => {},
    stop: async () => {},
    post: async ({ id }) => ({ remoteId: `message ${id}` }),
    identify: async (actor) => actor,
    whisper: async (_, { type }) => tell(type),
    handle: () => null,
    health: () => ({ ok: true, detail: "" }),
  };
}
