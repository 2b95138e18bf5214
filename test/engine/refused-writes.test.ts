/** A storage that takes nothing is known: from what it refuses to record, since nothing else says so. */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { said } from "../support/listening-bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

/** A bot whose storage takes nothing while `room` is false. */
async function start(code: StoreError["code"] = "storage_full") {
  const now = { ms: 1_000_000 };
  const clock = clockOf(() => now.ms);
  const store = await openSqlite({ path: ":memory:", clock });
  const storage = { room: false };
  const lines: string[] = [];
  const refusing =
    <A extends unknown[], R>(write: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      if (!storage.room) throw new StoreError(code, "not now");
      return write(...given);
    };
  const bot = await startBot({
    store: { ...store, commit: refusing(store.commit), receive: refusing(store.receive) },
    model: scripted(finalAnswer("done")),
    clock,
    log: pino(
      { level: "error" },
      { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
    ),
  });
  onTestFinished(async () => {
    await bot.stop();
    await store.close();
  });
  return { bot, now, storage, lines };
}

test.each([
  ["a launch", (bot: { launch: (task: string) => Promise<unknown> }) => bot.launch("go")],
  [
    "a message",
    (bot: { engine: { accept: (inbound: ReturnType<typeof said>) => Promise<unknown> } }) =>
      bot.engine.accept(said("m1", "chat:C1/1")),
  ],
] as const)(
  "%s that is refused tells it, once in the log, until it was quiet for five minutes",
  async (_what, send) => {
    const { bot, now, lines } = await start();
    expect(bot.engine.refusedWrites.fullSince).toBeNull();
    for (const at of [1_000_000, 1_200_000]) {
      now.ms = at;
      await expect(send(bot)).rejects.toThrow(StoreError);
    }
    expect(lines).toEqual(["the storage is full: nothing is recorded, free space"]);
    now.ms += 299_999;
    expect(bot.engine.refusedWrites.fullSince).toBe(1_000_000);
    now.ms += 1;
    expect(bot.engine.refusedWrites.fullSince).toBeNull();
  },
);

test("with room again all goes on, and the next time it is full counts anew", async () => {
  const { bot, now, storage, lines } = await start();
  await expect(bot.launch("go")).rejects.toThrow(StoreError);
  storage.room = true;
  expect((await bot.untilEnd(await bot.launch("go"))).phase).toMatchObject({ answer: "done" });
  storage.room = false;
  now.ms += 300_000;
  await expect(bot.launch("go")).rejects.toThrow(StoreError);
  expect(bot.engine.refusedWrites.fullSince).toBe(1_300_000);
  expect(lines).toHaveLength(2);
});

test("one that can't be written is not said to be full, nor one that is full to be closed to us", async () => {
  const { bot, lines } = await start("storage_refused");
  await expect(bot.launch("go")).rejects.toThrow(StoreError);
  expect(bot.engine.refusedWrites).toMatchObject({ fullSince: null, refusedSince: 1_000_000 });
  expect(lines).toEqual(["the storage can't be written: nothing is recorded, mend what the error says"]);
  const full = await start();
  await expect(full.bot.launch("go")).rejects.toThrow(StoreError);
  expect(full.bot.engine.refusedWrites).toMatchObject({ fullSince: 1_000_000, refusedSince: null });
});
