/** The process dies at each write of "mention → progress → question → reply → answer": the thread ends the same. */
import { describe, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Clock, Model, Store } from "../../src/core/ports.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { answerWith, ask, calling, finalAnswer } from "../support/scripted-model.ts";
import { SlackWorld } from "../support/slack-world.ts";

interface Death {
  method: keyof Store;
  /** Which call of that method is the last. */
  nth: number;
  /** Whether that call still took effect; its answer is never seen. */
  tookEffect: boolean;
}

/** What each write leaves behind when nobody learns of it, and a send whose outcome was never written. */
const deaths: Death[] = [
  { method: "receive", nth: 1, tookEffect: false },
  ...points("receive", 2, true),
  ...points("settleInbox", 1, true),
  ...points("commit", 4, true),
  ...points("beginDelivery", 2, true),
  ...points("finishDelivery", 5, false),
];

function points(method: keyof Store, count: number, tookEffect: boolean): Death[] {
  return Array.from({ length: count }, (_, n) => ({ method, nth: n + 1, tookEffect }));
}

/** From its death on no call returns, as in a process that is gone. */
function mortal(store: Store, death: Death): { store: Store; died: Promise<void> } {
  const died = Promise.withResolvers<void>();
  const gone = new Promise<never>(() => {});
  let calls = 0;
  let isDead = false;
  const dying = new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        if (isDead) return gone;
        const isLast = name === death.method && ++calls === death.nth;
        if (isLast && !death.tookEffect) {
          isDead = true;
          died.resolve();
          return gone;
        }
        const result: unknown = await method.apply(target, args);
        if (isLast) {
          isDead = true;
          died.resolve();
        }
        return isDead ? gone : result;
      };
    },
  });
  return { store: dying, died: died.promise };
}

/** Decides by what it is told, so that a call repeated after a crash is answered the same. */
const model: Model = {
  name: "steady",
  answer: async (request) =>
    request.input.some((input) => input.type === "result")
      ? answerWith(finalAnswer("Deployed."))
      : answerWith(calling(ask("Which version?"))),
};

/** A lease of the dead process has run out when the next one looks. */
const later: Clock = { now: () => Date.now() + 60_000 };

describe.concurrent("the process dies", () => {
  test.for(deaths)("at $method number $nth (took effect: $tookEffect)", async (death, { expect }) => {
    const world = await SlackWorld.start("http");
    const store = await openSqlite({ path: ":memory:", clock: later });
    const first = mortal(store, death);
    const bots: Promise<Bot>[] = [startBot({ model, store: first.store, channels: [world.channel] })];
    let hasDied = false;
    const reborn = first.died.then(async () => {
      hasDied = true;
      const channel = world.makeChannel();
      const second = startBot({ model, store, channels: [channel], clock: later });
      bots[0] = second;
      await second;
      world.channel = channel;
    });
    await Promise.race([bots[0], first.died]);

    /** As Slack does it: again until it is acknowledged. */
    const tell = async (text: string, root?: string): Promise<string> => {
      const thread = root === undefined ? {} : { root };
      const ts = await world.write(text, thread);
      for (const event of world.eventsOf(text, ts, thread)) {
        const isAcknowledged = await Promise.race([
          world.deliver(event).then(() => true),
          first.died.then(() => false),
        ]);
        if (isAcknowledged) continue;
        await reborn;
        await world.deliver(event);
      }
      return ts;
    };
    const shows = (root: string, ...lines: RegExp[]) =>
      expect
        .poll(() => world.screen(root), { timeout: 20_000, interval: 50 })
        .toEqual(lines.map((line) => expect.stringMatching(line)));

    const root = await tell("<@U0BOT> deploy payments");
    await shows(root, /waiting for an answer$/, /^Question: Which version\?$/);
    await tell("v1.2.3", root);
    await shows(root, /done in/, /^Answered by dana/);

    // A point that is never reached would prove nothing.
    expect(hasDied).toBe(true);
    await (await bots[0])?.stop();
    await store.close();
    await world.edge.stop();
  });
});
