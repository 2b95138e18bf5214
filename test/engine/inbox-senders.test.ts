/** Senders who are not known yet are asked for side by side, and nobody waits for a question that is not their own. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Actor } from "../../src/core/actor.ts";
import type { Inbound, Said } from "../../src/core/ports/inbound.ts";
import { operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { clockOf } from "../support/clock.ts";
import { gate } from "../support/gate.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

const source = "chat";

/** `who`: not known yet. */
function said(key: string, address: string, who?: string): Inbound {
  const intent: Said = { type: "message", text: key, addressed: true, agent: null };
  const actor: Actor = who === undefined ? operator : { ...operator, principal: `chat:${who}`, name: who };
  const unsure = who === undefined ? {} : { unsure: true as const };
  return { key, actor, ...unsure, channel: source, address, intent, replyTo: {}, context: [] };
}

/** A bot whose channel says who somebody is when the test says so. */
async function listening(whisper = async () => {}) {
  let date = 1_000_000;
  const clock = clockOf(() => date);
  const store = await openSqlite({ path: ":memory:", clock });
  const settled: string[] = [];
  const asked: { who: string; tell: PromiseWithResolvers<Actor | null> }[] = [];
  const watched = {
    ...store,
    settleInbox: async (...args: Parameters<typeof store.settleInbox>) => {
      const isOurs = await store.settleInbox(...args);
      settled.push(args[0].key);
      return isOurs;
    },
  };
  const identify = (actor: Actor) => {
    const tell = Promise.withResolvers<Actor | null>();
    asked.push({ who: actor.name, tell });
    return tell.promise;
  };
  const channel = muteChannel({ identify, whisper });
  const model = scripted(...Array.from({ length: 70 }, () => finalAnswer("done")));
  const bot = await startBot({ store: watched, model, channels: [channel], clock });
  onTestFinished(() => bot.stop().then(() => store.close()));
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    store,
    settled,
    asked,
    accept: (inbound: Inbound) => bot.engine.accept(inbound),
    isSettled: (...keys: string[]) => until(() => keys.every((key) => settled.includes(key))),
    isAsked: (times: number) => until(() => asked.length === times),
    answer: (index: number, change: Partial<Actor> = {}) =>
      asked[index]?.tell.resolve({ ...operator, principal: `chat:${asked[index].who}`, ...change }),
    pass: (ms: number) => {
      date += ms;
    },
  };
}

const people = (count: number) => Array.from({ length: count }, (_, n) => `p${n}`);

test("ten are asked for at once, and who is known is heard meanwhile", async () => {
  const { accept, asked, answer, isSettled, settled } = await listening();
  for (const who of people(10)) await accept(said(who, `chat:C1/${who}`, who));
  await accept(said("known", "chat:C1/known"));
  await isSettled("known");
  expect(settled).toEqual(["known"]);
  expect(asked.map(({ who }) => who)).toEqual(people(10));
  for (const n of [3, 0, 9]) {
    answer(n);
    await isSettled(`p${n}`);
  }
  expect(settled).toEqual(["known", "p3", "p0", "p9"]);
  for (const n of people(10).keys()) answer(n);
  await isSettled(...people(10));
});

test("of more than fifty the others are asked for in their turn", async () => {
  const { accept, asked, answer, isSettled, isAsked } = await listening();
  for (const who of people(60)) await accept(said(who, `chat:C1/${who}`, who));
  await accept(said("known", "chat:C1/known"));
  await isSettled("known");
  expect(asked).toHaveLength(50);
  answer(7);
  await isAsked(51);
  expect(asked.at(-1)?.who).toBe("p50");
});

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

test("what was found out when the claim had run out is asked for anew", async () => {
  const { store, accept, answer, pass, isAsked, isSettled } = await listening();
  await accept(said("late", "chat:C1/here", "lee"));
  await isAsked(1);
  pass(5_000);
  answer(0, { name: "Lee as they were" });
  await isAsked(2);
  answer(1, { name: "Lee as they are" });
  await isSettled("late");
  const { runId } = (await store.inboxRow({ source, key: "late" })) ?? {};
  expect(await store.run(runId ?? "")).toMatchObject({ personName: "Lee as they are" });
});

test("a message that is claimed again while its sender is asked for is worked off once", async () => {
  const { accept, asked, answer, pass, isAsked, isSettled, settled } = await listening();
  await accept(said("slow", "chat:C1/here", "lee"));
  await isAsked(1);
  pass(5_000);
  await accept(said("known", "chat:C1/there"));
  await isSettled("known");
  answer(0);
  await isSettled("slow");
  expect(asked).toHaveLength(1);
  expect(settled).toEqual(["known", "slow"]);
});

test("a channel that breaks over a sender stops nobody, and is asked again", async () => {
  const { accept, asked, answer, pass, isAsked, isSettled } = await listening();
  await accept(said("broken", "chat:C1/here", "lee"));
  await isAsked(1);
  asked[0]?.tell.reject(new Error("no such field"));
  await accept(said("known", "chat:C1/there"));
  await isSettled("known");
  pass(5_000);
  await accept(said("next", "chat:C1/there"));
  await isAsked(2);
  answer(1);
  await isSettled("broken");
});

test("a private word that takes its time holds up nobody, and is waited for at the end", async () => {
  const held = gate();
  const { accept, isSettled } = await listening(() => held.pass());
  await accept(said("first", "chat:C1/here"));
  await held.reached;
  await accept(said("second", "chat:C1/there"));
  await isSettled("second");
  held.open();
});
