/** A bot that hears words whose senders are known when the test says who they are. */
import { onTestFinished } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Actor } from "../../src/core/actor.ts";
import type { Inbound, Said } from "../../src/core/ports/inbound.ts";
import { operator, startBot } from "./bot.ts";
import { muteChannel } from "./channel.ts";
import { clockOf } from "./clock.ts";
import { finalAnswer, scripted } from "./model/scripted.ts";

/** Words in a channel named `chat`. `who` is not known yet; without it: the operator. */
export function said(key: string, address: string, who?: string): Inbound {
  const intent: Said = { type: "message", text: key, addressed: true, agent: null };
  const actor: Actor = who === undefined ? operator : { ...operator, principal: `chat:${who}`, name: who };
  const unsure = who === undefined ? {} : { unsure: true as const };
  return { key, actor, ...unsure, channel: "chat", address, intent, replyTo: {}, context: [] };
}

/** A bot whose channel says who somebody is when the test says so. */
export async function listening(whisper = async () => {}) {
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
    stop: () => bot.stop(),
    accept: (inbound: Inbound) => bot.engine.accept(inbound),
    isSettled: (...keys: string[]) => until(() => keys.every((key) => settled.includes(key))),
    isAsked: (times: number) => until(() => asked.length === times),
    /** null: nobody knows who it is. */
    answer: (index: number, change: Partial<Actor> | null = {}) =>
      asked[index]?.tell.resolve(change && { ...operator, principal: `chat:${asked[index].who}`, ...change }),
    pass: (ms: number) => {
      date += ms;
    },
  };
}
