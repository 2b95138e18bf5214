/** Words of one thread are heard in the order in which they came, whatever is the matter with the first of them. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Wakes } from "../../src/core/ports/wakes.ts";
import { inboundCodec } from "../../src/core/store/records.ts";
import { startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { clockOf } from "../support/clock.ts";
import { listening, said } from "../support/listening-bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

const source = "chat";

test("in one thread nobody is heard before the one who spoke first", async () => {
  const { store, accept, answer, isAsked, isSettled, settled } = await listening();
  await accept(said("first", "chat:C1/here", "lee"));
  await isAsked(1);
  await accept(said("second", "chat:C1/here"));
  await accept(said("elsewhere", "chat:C1/there"));
  await isSettled("elsewhere");
  expect(await store.inboxRow({ source, key: "second" })).toMatchObject({ state: "pending" });
  answer(0);
  await isSettled("first", "second");
  expect(settled).toEqual(["elsewhere", "first", "second"]);
});

test("whom the channel never shows silences the others of the thread for a minute", async () => {
  const { store, accept, pass, isAsked, isSettled, settled } = await listening();
  await accept(said("first", "chat:C1/here", "lee"));
  await isAsked(1);
  await accept(said("second", "chat:C1/here"));
  pass(30_000);
  await accept(said("meanwhile", "chat:C1/there"));
  await isSettled("meanwhile");
  expect(settled).toEqual(["meanwhile"]);
  pass(30_000);
  await accept(said("after a minute", "chat:C1/there"));
  await isSettled("second", "after a minute");
  expect(await store.inboxRow({ source, key: "first" })).toMatchObject({ state: "pending" });
});

test("a message that no release can read holds up its thread for a minute, and no other", async () => {
  const { store, accept, pass, isSettled, settled } = await listening();
  await store.receive({ source, key: "damaged", body: "{", receivedAt: 1, address: "chat:C1/here" });
  await accept(said("behind it", "chat:C1/here"));
  await accept(said("elsewhere", "chat:C1/there"));
  await isSettled("elsewhere");
  expect(settled).toEqual(["elsewhere"]);
  pass(60_000);
  await accept(said("after a minute", "chat:C1/there"));
  await isSettled("behind it", "after a minute");
  expect(await store.inboxRow({ source, key: "damaged" })).toMatchObject({ state: "pending" });
});

test("a date that is set back silences nobody", async () => {
  const { accept, answer, pass, isAsked, isSettled, settled } = await listening();
  await accept(said("first", "chat:C1/here", "lee"));
  await isAsked(1);
  answer(0, null);
  await accept(said("second", "chat:C1/here"));
  pass(-3_600_000);
  await accept(said("elsewhere", "chat:C1/there"));
  await isAsked(2);
  answer(1);
  await isSettled("first", "second", "elsewhere");
  expect(settled).toEqual(["elsewhere", "first", "second"]);
});

test("nor does one that is set back by less than somebody is asked for in vain", async () => {
  const { accept, answer, pass, isAsked, isSettled } = await listening();
  await accept(said("first", "chat:C1/here", "lee"));
  for (let tries = 1; tries < 10; tries++) {
    await isAsked(tries);
    answer(tries - 1, null);
    pass(30_000);
    await accept(said(`try ${tries}`, `chat:C1/${tries}`));
  }
  await isAsked(10);
  answer(9, null);
  pass(-120_000);
  await accept(said("elsewhere", "chat:C1/there"));
  await isAsked(11);
  answer(10);
  await isSettled("first");
});

test("what stands behind a message in its thread follows at once, though nobody tells of it", async () => {
  const store = await openSqlite({ path: ":memory:", clock: clockOf(() => 1_000_000) });
  const keys = ["first", "second", "third"];
  const last = Promise.withResolvers<void>();
  const settled: string[] = [];
  const watched = {
    ...store,
    settleInbox: async (...args: Parameters<typeof store.settleInbox>) => {
      const isOurs = await store.settleInbox(...args);
      if (settled.push(args[0].key) === keys.length) last.resolve();
      return isOurs;
    },
  };
  for (const key of keys) {
    const body = inboundCodec.encode(said(key, "chat:C1/here"));
    await store.receive({ source, key, body, receivedAt: 1, address: "chat:C1/here" });
  }
  // With wake-ups it looks at its start, and by itself never again.
  const wakes: Wakes = {
    start: async () => {},
    soon() {},
    refresh() {},
    worksAlone: () => false,
    stop: async () => {},
  };
  const model = scripted(finalAnswer("done"), finalAnswer("done"), finalAnswer("done"));
  const bot = await startBot({ store: watched, model, channels: [muteChannel()], wakes });
  onTestFinished(() => bot.stop().then(() => store.close()));
  await last.promise;
  expect(settled).toEqual(keys);
});
