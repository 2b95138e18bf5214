/**
 * Bad moments: a clock that jumps, a store that is full or busy, words between two commits.
 * Nothing is lost or doubled.
 */

import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Channel, Delivery } from "../../src/core/ports/channel.ts";
import { ChannelError } from "../../src/core/ports/channel-error.ts";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { childRunId, runIdFor } from "../../src/engine/ids.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent, type Bot, type BotOptions, clock, operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { clockOf } from "../support/clock.ts";
import { gate } from "../support/gate.ts";
import { answerWith, ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { twoModels } from "../support/model/two.ts";

const by = { actor: operator, via: { channel: "console" } };
const thread = "slack:T1/C1/1";

async function start(options: BotOptions): Promise<Bot> {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return bot;
}

async function openStore(now = clock): Promise<Store> {
  const store = await openSqlite({ path: ":memory:", clock: now });
  onTestFinished(() => store.close());
  return store;
}

/** Takes posts as told, in one thread. */
function slackLike(post: Channel["post"]): Channel {
  return muteChannel({
    name: "slack",
    can: { edit: true, buttons: true, maxText: 10_000, minIntervalMs: 0 },
    post,
  });
}

let sent = 0;
function heard(text: string, addressed = true): Inbound {
  const intent = { type: "message", text, addressed, agent: null } as const;
  return {
    key: `k${++sent}`,
    actor: operator,
    channel: "slack",
    address: thread,
    intent,
    replyTo: {},
    context: [],
  };
}

const runOf = ({ key }: Inbound) => runIdFor({ source: "slack", key });

test("a process that slept longer than its lease does not take its own run over", async () => {
  let skew = 0;
  const now = clockOf(() => Date.now() + skew);
  const claimed = Promise.withResolvers<void>();
  const store = await openStore(now);
  const claim: Store["claim"] = async (wanted) => {
    const claims = await store.claim(wanted);
    if (skew > 0) claimed.resolve();
    return claims;
  };
  const held = gate();
  const effects: number[] = [];
  const tool = defineTool({
    name: "work",
    description: "Work.",
    input: z.object({}),
    effect: "once",
    requiresApproval: false,
    reconcile: async () => (effects.length > 0 ? { type: "done", output: "" } : { type: "not_done" }),
    run: async () => {
      await held.pass();
      effects.push(effects.length + 1);
      return "ok";
    },
  });
  const model = scripted(calling(call("work", {})), finalAnswer("done"));
  const bot = await start({ store: { ...store, claim }, clock: now, model, tools: [tool] });
  const runId = await bot.launch("work");
  await held.reached;
  skew = 16_000;
  await bot.launch("another, whose launch makes the worker look");
  await claimed.promise;
  held.open();
  expect((await bot.untilEnd(runId)).phase).toMatchObject({ at: "complete" });
  expect(effects).toEqual([1]);
});

test.each(["storage_busy", "storage_full", "storage_refused"] as const)(
  "a store that says %s at the moment of an outcome makes no doubt of it",
  async (code) => {
    const store = await openStore();
    let fail = true;
    const commit: Store["commit"] = (wanted) => {
      const isOutcome = wanted.events.some((event) => event.type === "call_finished");
      if (!isOutcome || !fail) return store.commit(wanted);
      fail = false;
      throw new StoreError(code, "not now");
    };
    let runs = 0;
    const tool = defineTool({
      name: "work",
      description: "Work.",
      input: z.object({}),
      effect: "once",
      requiresApproval: false,
      run: () => `${++runs}`,
    });
    const model = scripted(calling(call("work", {})), finalAnswer("done"));
    const bot = await start({ store: { ...store, commit }, model, tools: [tool] });
    const state = await bot.untilEnd(await bot.launch("work"));
    expect(state).toMatchObject({ phase: { at: "complete" }, settled: [] });
    expect(runs).toBe(1);
  },
);

test("a store that is busy for the one commit of a message that was taken does not lose it", async () => {
  const store = await openStore();
  let fail = true;
  const commit: Store["commit"] = (wanted) => {
    if (!wanted.inbox || !fail) return store.commit(wanted);
    fail = false;
    throw new StoreError("storage_busy", "busy");
  };
  const channel = slackLike(async ({ id }) => ({ remoteId: id }));
  const bot = await start({
    store: { ...store, commit },
    channels: [channel],
    model: scripted(finalAnswer("ok")),
  });
  const message = heard("restart payments");
  await bot.engine.accept(message);
  expect((await bot.untilEnd(runOf(message))).phase).toMatchObject({ at: "complete" });
});

test("a full disk is not asked for every post over and over", async () => {
  const store = await openStore();
  let tries = 0;
  const second = Promise.withResolvers<void>();
  const beginDelivery: Store["beginDelivery"] = async () => {
    if (++tries === 2) second.resolve();
    throw new StoreError("storage_full", "full");
  };
  const bot = await start({
    store: { ...store, beginDelivery },
    channels: [slackLike(async ({ id }) => ({ remoteId: id }))],
    model: scripted(calling(ask("?"))),
  });
  const started = performance.now();
  await bot.engine.accept(heard("work"));
  await second.promise;
  expect(performance.now() - started).toBeGreaterThan(400);
});

test("a body that was refused for good does not take the newer one with it", async () => {
  const door = gate();
  const posts: Delivery[] = [];
  const told = Promise.withResolvers<void>();
  const channel = slackLike(async (delivery) => {
    posts.push(delivery);
    if (delivery.body.summary.includes("done")) told.resolve();
    if (posts.length > 1) return { remoteId: "m" };
    await door.pass();
    throw new ChannelError("msg_too_long", { type: "body" });
  });
  const bot = await start({ channels: [channel], model: scripted(finalAnswer("the outcome")) });
  const message = heard("work");
  await bot.engine.accept(message);
  await door.reached;
  await bot.untilEnd(runOf(message));
  door.open();
  await told.promise;
});

test("a send that may have arrived stays one when its look-up is put off", async () => {
  const looks: boolean[] = [];
  const third = Promise.withResolvers<void>();
  const channel = slackLike(async ({ uncertain }) => {
    looks.push(uncertain);
    if (looks.length === 1) throw new ChannelError("reset", { type: "uncertain", retryAfterMs: 1 });
    if (looks.length === 2) throw new ChannelError("rate limited", { type: "wait", retryAfterMs: 0.5 });
    third.resolve();
    return { remoteId: "m" };
  });
  const bot = await start({ channels: [channel], model: scripted(calling(ask("?"))) });
  await bot.engine.accept(heard("work"));
  await third.promise;
  expect(looks.slice(0, 3)).toEqual([false, true, true]);
});

test("a reply at the very moment the run ends starts the next turn", async () => {
  const store = await openStore();
  const reading = gate();
  const thinking = gate();
  let hold = false;
  const read: Store["read"] = async (runId, after) => {
    const events = await store.read(runId, after);
    if (hold) {
      hold = false;
      await reading.pass();
    }
    return events;
  };
  const model = scripted(async () => {
    await thinking.pass();
    return answerWith(finalAnswer("done"));
  }, finalAnswer("second"));
  const channel = slackLike(async ({ id }) => ({ remoteId: id }));
  const bot = await start({ store: { ...store, read }, channels: [channel], model });
  const first = heard("work");
  await bot.engine.accept(first);
  await thinking.reached;
  hold = true;
  const reply = heard("and v2, please", false);
  await bot.engine.accept(reply);
  await reading.reached;
  thinking.open();
  await bot.untilEnd(runOf(first));
  reading.open();
  expect((await bot.untilEnd(runOf(reply))).phase).toMatchObject({ answer: "second" });
});

test("an answer in a thread reaches the question there, whatever else ran in it meanwhile", async () => {
  const channel = slackLike(async ({ id }) => ({ remoteId: id }));
  const model = scripted(calling(ask("Which?")), finalAnswer("B"), finalAnswer("A"));
  const bot = await start({ channels: [channel], model });
  const first = heard("restart payments");
  await bot.engine.accept(first);
  await bot.untilStatus(runOf(first), "waiting_human_input");
  const other = { ...heard(""), intent: { type: "instruction", text: "what time is it" } } as const;
  await bot.engine.accept(other);
  await bot.untilEnd(runOf(other));
  await bot.engine.accept(heard("staging", false));
  expect((await bot.untilEnd(runOf(first))).phase).toMatchObject({ at: "complete", answer: "A" });
});

test.each(["say", "cancel"] as const)(
  "%s right after a child was noted leaves no child behind",
  async (verb) => {
    const store = await openStore();
    const told = Promise.withResolvers<void>();
    let bot: Bot | null = null;
    const commit: Store["commit"] = async (wanted) => {
      const done = await store.commit(wanted);
      if (wanted.events.some((event) => event.type === "child_launched")) {
        const command =
          verb === "say" ? { type: verb, text: "in staging" } : { type: verb, reason: "enough" };
        // Waits for its turn behind this very commit.
        void bot?.engine.command(wanted.runId, { ...command, ...by }, null).then(() => told.resolve());
      }
      return done;
    };
    const known = agent();
    const parents = scripted(
      calling(call("hand_off", { agent: "helper", task: "restart" }, "h1")),
      finalAnswer("ok"),
    );
    const children = scripted(finalAnswer("restarted"));
    bot = await start({
      store: { ...store, commit },
      model: twoModels(parents, children),
      agents: [
        { ...known, handOff: ["helper"] },
        { ...known, name: "helper", hash: "helper-1" },
      ],
    });
    const runId = await bot.launch("hand it over");
    await told.promise;
    const parent = await bot.untilEnd(runId);
    expect(parent.phase.at).toBe(verb === "say" ? "complete" : "cancelled");
    const begun = (await store.runs({ parentId: runId, limit: 9 })).filter(
      (run) => run.status !== "cancelled",
    );
    expect(begun.map(({ runId: id, status }) => [id, status])).toEqual(
      verb === "say" ? [[childRunId(runId, "h1.1"), "complete"]] : [],
    );
  },
);
