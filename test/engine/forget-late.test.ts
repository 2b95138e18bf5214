/** What belongs to a run and comes while it is forgotten, or right after, is forgotten or named with it. */
import { expect, onTestFinished, test } from "vitest";
import type { LaunchRequest } from "../../src/core/command.ts";
import { noteKinds, readNote, writeNote } from "../../src/core/store/notes.ts";
import { type Bot, operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { launchOf } from "../support/launch.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

const by = { actor: operator, via: { channel: "console" } };
const address = "email:t1";

async function launched(bot: Bot, change: Partial<LaunchRequest> = {}): Promise<string> {
  const request = launchOf({ task: "find it", addresses: [address], ...by, ...change });
  const launch = await bot.engine.launch("default", request, null);
  if (!launch.ok) throw new Error(launch.refusal.message);
  return launch.runId;
}

test("the notes of a mail that was on its way go as well", async () => {
  const sending = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<void>();
  const thread = { to: "dana@x.example", subject: "s", messageIds: [], receipt: false };
  const mail = muteChannel({
    name: "email",
    can: { edit: false, buttons: false, maxText: 1000, minIntervalMs: 0 },
    async post({ runId }) {
      sending.resolve();
      await goOn.promise;
      const note = { runId, questionId: null, to: thread.to, address };
      await writeNote(bot.store, noteKinds.mailSent, { of: "m1", value: note });
      await writeNote(bot.store, noteKinds.mailThread, { of: "t1", value: thread });
      sent.resolve();
      return { remoteId: "1" };
    },
  });
  const bot = await startBot({ model: scripted(finalAnswer("found")), channels: [mail] });
  onTestFinished(() => bot.stop());
  const runId = await launched(bot);
  await sending.promise;
  await bot.untilEnd(runId);
  expect(await bot.engine.forget(runId, by)).toMatchObject({ ok: true, forgotten: [runId] });
  goOn.resolve();
  await sent.promise;
  await bot.engine.drain(1_000);
  expect(await readNote(bot.store, noteKinds.mailSent, "m1")).toBeNull();
  expect(await readNote(bot.store, noteKinds.mailThread, "t1")).toBeNull();
});

test("the note of a mail that is written while the others are collected goes as well", async () => {
  const bot = await startBot({ model: scripted(finalAnswer("found")) });
  onTestFinished(() => bot.stop());
  const runId = await launched(bot);
  await bot.untilEnd(runId);
  const { commit } = bot.store;
  bot.store.commit = async (change) => {
    const note = { runId, questionId: null, to: "dana@x.example", address };
    if (change.forgets) await writeNote(bot.store, noteKinds.mailSent, { of: "m1", value: note });
    return commit(change);
  };
  expect(await bot.engine.forget(runId, by)).toMatchObject({ ok: true, forgotten: [runId] });
  expect(await readNote(bot.store, noteKinds.mailSent, "m1")).toBeNull();
});

test("a note that a crash left behind goes when it is asked again", async () => {
  const bot = await startBot({ model: scripted(finalAnswer("found")) });
  onTestFinished(() => bot.stop());
  const runId = await launched(bot);
  await bot.untilEnd(runId);
  expect(await bot.engine.forget(runId, by)).toMatchObject({ ok: true, forgotten: [runId] });
  const note = { runId, questionId: null, to: "dana@x.example", address };
  await writeNote(bot.store, noteKinds.mailSent, { of: "m1", value: note });
  expect(await bot.engine.forget(runId, by)).toMatchObject({ ok: true, forgotten: [] });
  expect(await readNote(bot.store, noteKinds.mailSent, "m1")).toBeNull();
});

test("a turn that begins in the middle of it is named", async () => {
  const bot = await startBot({ model: scripted(finalAnswer("found"), finalAnswer("more")) });
  onTestFinished(() => bot.stop());
  const runId = await launched(bot);
  await bot.untilEnd(runId);
  const { commit } = bot.store;
  let next = "";
  bot.store.commit = async (change) => {
    bot.store.commit = commit;
    const follows = { runId, task: "find it", outcome: "found", untrusted: false };
    next = await launched(bot, { task: "and then?", follows });
    return commit(change);
  };
  expect(await bot.engine.forget(runId, by)).toEqual({
    ...{ ok: true, forgotten: [runId], erased: true },
    toldTo: [next],
  });
});
