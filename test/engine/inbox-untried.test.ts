/** A message that was claimed and not tried holds its turn: what is said behind it in its thread waits for it. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { inboundCodec } from "../../src/core/store/records.ts";
import { startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { clockOf } from "../support/clock.ts";
import { listening, said } from "../support/listening-bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

test("while the messages before it take so long that its claims run out, for more than a minute", async () => {
  let date = 1_000_000;
  const clock = clockOf(() => date);
  const store = await openSqlite({ path: ":memory:", clock });
  const slow = Array.from({ length: 8 }, (_, n) => `slow ${n}`);
  const all = [...slow, "first", "second"];
  /** Claimed and settled, as it came. */
  const came: string[] = [];
  const done = Promise.withResolvers<void>();
  const watched: typeof store = {
    ...store,
    async claimInbox(claim) {
      const rows = await store.claimInbox(claim);
      came.push(...rows.map(({ key }) => `claimed ${key}`));
      return rows;
    },
    async commit(commit) {
      if (commit.row.task.startsWith("slow")) date += 10_000;
      return store.commit(commit);
    },
    async settleInbox(...args) {
      came.push(`settled ${args[0].key}`);
      if (args[0].key === "second") done.resolve();
      return store.settleInbox(...args);
    },
  };
  for (const key of all) {
    const address = `chat:C1/${key.startsWith("slow") ? key : "here"}`;
    const body = inboundCodec.encode(said(key, address));
    await store.receive({ source: "chat", key, body, receivedAt: 1, address });
  }
  const model = scripted(...all.map(() => finalAnswer("done")));
  const bot = await startBot({ store: watched, model, channels: [muteChannel()], clock });
  onTestFinished(() => bot.stop().then(() => store.close()));
  await done.promise;
  expect(came.filter((what) => what === "claimed first").length).toBeGreaterThan(7);
  expect(came.indexOf("claimed second")).toBeGreaterThan(came.indexOf("settled first"));
});

test("while the channel is asked for the senders of others, for more than a minute", async () => {
  const { accept, answer, pass, isAsked, isSettled, settled } = await listening();
  for (let n = 0; n < 50; n++) await accept(said(`p${n}`, `chat:C1/${n}`, `p${n}`));
  await isAsked(50);
  await accept(said("first", "chat:C1/here", "lee"));
  await accept(said("second", "chat:C1/here"));
  for (let tries = 0; tries < 8; tries++) {
    pass(10_000);
    await accept(said(`meanwhile ${tries}`, `chat:C2/${tries}`));
    await isSettled(`meanwhile ${tries}`);
  }
  expect(settled).not.toContain("second");
  answer(0);
  await isAsked(51);
  answer(50);
  await isSettled("first", "second");
  expect(settled.indexOf("first")).toBeLessThan(settled.indexOf("second"));
});
