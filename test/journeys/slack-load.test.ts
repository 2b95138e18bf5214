/**
 * A hundred runs at once in one channel, with the real engine, against a Slack that counts: rates
 * hold, every end is told.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Model } from "../../src/core/ports/model.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { around } from "../support/channel.ts";
import { answerWith, call, calling, finalAnswer } from "../support/model/scripted.ts";
import { slackRates } from "../support/slack/rates.ts";
import { type FastTime, fastTime } from "../support/slack/time.ts";
import { SlackWorld } from "../support/slack/world.ts";

const runs = 100;
let world: SlackWorld;
let time: FastTime;
let bot: Bot;

beforeEach(async () => {
  world = await SlackWorld.start("http");
  world.edge.limit = slackRates();
  time = fastTime();
});
afterEach(async () => {
  time.end();
  await bot.stop();
  await world.stop();
});

/** So many steps, each after so long; each changes the progress message. */
function thinking(steps: number, ms: number): Model {
  return {
    name: "slow",
    async answer(request) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      const taken = request.input.filter((item) => item.type === "model").length;
      if (taken + 1 >= steps) return answerWith(finalAnswer("All is well."));
      return answerWith(calling(call("sum_numbers", { a: taken, b: 1 })));
    },
  };
}

const at = (method: string) => world.edge.callsOf(method).map((sent) => sent.at);

/** The most calls of a method in any so many ms. */
function most(method: string, ms: number): number {
  const times = at(method);
  return Math.max(...times.map((from) => times.filter((other) => other >= from && other < from + ms).length));
}

/**
 * How long the oldest change waits, ms. What changed while a post was sent waits since then:
 * sending takes no time here.
 */
async function oldestMs(delivered: ReadonlyMap<string, number>): Promise<number> {
  const now = Date.now();
  const all = { now: Number.MAX_SAFE_INTEGER, limit: 10 * runs, channels: ["slack"] };
  const waiting = await bot.store.dueDeliveries(all);
  return Math.max(
    0,
    ...waiting.map(({ id, createdAt }) => now - Math.max(createdAt, delivered.get(id) ?? 0)),
  );
}

describe.each([
  ["that end before all of them could be shown", 2, 10_000],
  ["that change all the time", 4, 25_000],
])("a hundred runs %s", (_, steps, ms) => {
  test("one message a second, no 429, nothing waits for two minutes, every answer is told", async () => {
    const delivered = new Map<string, number>();
    const slack = world.channel;
    const channel = around(slack, {
      async post(delivery) {
        const stands = await slack.post(delivery);
        delivered.set(delivery.id, Date.now());
        return stands;
      },
    });
    bot = await startBot({ model: thinking(steps, ms), channels: [channel] });
    const roots = await Promise.all(Array.from({ length: runs }, (_, n) => world.say(`<@U0BOT> task ${n}`)));
    let oldest = 0;
    let looked = 0;
    await time.until(async () => {
      if (Date.now() - looked < 500) return false;
      looked = Date.now();
      oldest = Math.max(oldest, await oldestMs(delivered));
      const done = await bot.store.runs({ status: ["complete"], limit: runs + 1 });
      return done.length === runs && (await bot.store.outboxHealth()).undelivered === 0;
    });

    expect(at("chat.postMessage")).toHaveLength(runs);
    expect(most("chat.postMessage", 1000)).toBe(1);
    expect(most("chat.update", 60_000)).toBeLessThanOrEqual(60);
    expect(world.edge.refused).toBe(0);
    expect(oldest).toBeLessThan(120_000);
    const screens = await Promise.all(roots.map((root) => world.screen(root)));
    for (const screen of screens) expect(screen).toEqual([expect.stringMatching(/— done in/)]);
    expect((await bot.store.outboxHealth()).givenUp).toBe(0);
  });
});
