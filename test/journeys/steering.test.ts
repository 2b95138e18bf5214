/** People step in while the bot works: words, pause and cancel at every moment of a step. */
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Command } from "../../src/core/command.ts";
import type { EventBody } from "../../src/core/event.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import { statusOf } from "../../src/core/state.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Bot, type BotOptions, clock, operator, startBot } from "../support/bot.ts";
import { gate } from "../support/gate.ts";
import { answerWith, call, calling, finalAnswer, noUsage, scripted } from "../support/model/scripted.ts";

const via = { channel: "console" };
const by = { actor: operator, via };
const say = (text: string): Command => ({ type: "say", text, ...by });
const pause: Command = { type: "pause", ...by };
const resume: Command = { type: "resume", ...by };
const cancel: Command = { type: "cancel", reason: "enough", ...by };

async function start(options: BotOptions) {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return bot;
}

async function command(bot: Bot, runId: string, wanted: Command): Promise<void> {
  if (wanted.type === "launch") throw new Error("not on a run");
  const submitted = await bot.engine.command(runId, wanted, null);
  if (!submitted.ok) throw new Error(submitted.refusal.message);
}

const types = async (bot: Bot, runId: string): Promise<EventBody["type"][]> =>
  (await bot.store.read(runId)).map((event) => event.type);

/** A tool that is held before its end, and counts. */
function held(effect: "once" | "idempotent") {
  const door = gate();
  const runs: string[] = [];
  const tool = defineTool({
    name: "work",
    description: "Work.",
    input: z.object({}),
    effect,
    requiresApproval: false,
    run: async (_, { key }) => {
      runs.push(key);
      await door.pass();
      return "worked";
    },
  });
  return { door, runs, tool };
}

test("words while the model thinks: its answer is dropped, billed, and thought anew with the words", async () => {
  const door = gate();
  const usage = { ...noUsage, inputTokens: 100, costUsd: 0.5 };
  const model = scripted(async () => {
    await door.pass();
    return answerWith({ ...finalAnswer("too early"), usage });
  }, finalAnswer("with v2"));
  const bot = await start({ model });
  const runId = await bot.launch("release v1");
  await door.reached;
  await command(bot, runId, say("v2 instead"));
  door.open();
  const state = await bot.untilEnd(runId);
  expect(state.phase).toMatchObject({ at: "complete", answer: "with v2" });
  expect(state).toMatchObject({ steps: 1, usage: { inputTokens: 100, costUsd: 0.5 } });
  expect(await types(bot, runId)).toEqual([
    "launched",
    "heard",
    "decision_dropped",
    "model_answered",
    "completed",
  ]);
  expect(JSON.stringify(model.requests[1]?.input)).toContain("v2 instead");
});

test("a pause while the model thinks keeps its choice and starts nothing until the resume", async () => {
  const door = gate();
  const { door: never, runs, tool } = held("idempotent");
  never.open();
  const model = scripted(async () => {
    await door.pass();
    return answerWith(calling(call("work", {})));
  }, finalAnswer("done"));
  const bot = await start({ model, tools: [tool] });
  const runId = await bot.launch("work");
  await door.reached;
  await command(bot, runId, pause);
  door.open();
  const paused = await bot.until(runId, (state) => state.steps === 1);
  expect(statusOf(paused)).toBe("paused");
  expect(runs).toEqual([]);
  await command(bot, runId, resume);
  expect((await bot.untilEnd(runId)).phase.at).toBe("complete");
  expect(runs).toHaveLength(1);
});

test("a pause while a tool runs keeps its result; the run rests, and goes on after the resume", async () => {
  const { door, runs, tool } = held("once");
  const bot = await start({ model: scripted(calling(call("work", {})), finalAnswer("done")), tools: [tool] });
  const runId = await bot.launch("work");
  await door.reached;
  await command(bot, runId, pause);
  door.open();
  await bot.until(runId, (state) => entriesOf(state).at(-1)?.type === "result");
  expect(await types(bot, runId)).toEqual([
    "launched",
    "model_answered",
    "call_started",
    "paused",
    "call_finished",
  ]);
  await command(bot, runId, resume);
  await bot.untilEnd(runId);
  expect(runs).toHaveLength(1);
});

test("a cancel while a once tool runs waits for its outcome, keeps it, and then ends the run", async () => {
  const { door, runs, tool } = held("once");
  const model = scripted(calling(call("work", {}, "a"), call("work", {}, "b")));
  const bot = await start({ model, tools: [tool] });
  const runId = await bot.launch("work");
  await door.reached;
  await command(bot, runId, cancel);
  expect(statusOf((await bot.engine.state(runId)) ?? expect.fail())).toBe("running");
  door.open();
  const state = await bot.untilEnd(runId);
  expect(state.phase.at).toBe("cancelled");
  const results = entriesOf(state).flatMap((entry) => (entry.type === "result" ? [entry.output] : []));
  expect(results).toEqual(["worked", "Not run: the run ended first."]);
  expect(runs).toHaveLength(1);
  expect(await types(bot, runId)).toEqual([
    "launched",
    "model_answered",
    "call_started",
    "cancel_requested",
    "call_finished",
    "cancelled",
  ]);
});

test("a cancel while the model thinks ends the run at once; what it answers later changes nothing", async () => {
  const door = gate();
  const answered = Promise.withResolvers<void>();
  const model = scripted(async () => {
    await door.pass();
    answered.resolve();
    return answerWith(finalAnswer("too late"));
  });
  const bot = await start({ model });
  const runId = await bot.launch("work");
  await door.reached;
  await command(bot, runId, cancel);
  expect((await bot.untilEnd(runId)).phase.at).toBe("cancelled");
  door.open();
  await answered.promise;
  await bot.engine.drain(1_000);
  expect(await types(bot, runId)).toEqual(["launched", "cancel_requested", "cancelled"]);
});

test("a cancel gives up the model call that is under way, and lets the run go", async () => {
  const thinking = Promise.withResolvers<void>();
  const model = scripted((_request, signal) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(signal.reason));
    thinking.resolve();
    return promise;
  });
  const store = await openSqlite({ path: ":memory:", clock });
  const releases: string[] = [];
  const commit: Store["commit"] = (commit) => {
    if (commit.release) releases.push(commit.runId);
    return store.commit(commit);
  };
  const bot = await start({ model, store: { ...store, commit } });
  const runId = await bot.launch("work");
  await thinking.promise;
  await command(bot, runId, cancel);
  // Waits for what is under way: a model call that nobody gave up would keep it.
  await bot.engine.drain(60_000);
  expect(await types(bot, runId)).toEqual(["launched", "cancel_requested", "cancelled"]);
  expect(releases).toEqual([runId]);
});

test("a cancel gives up a read that is under way", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const look = defineTool({
    name: "look",
    description: "Look.",
    input: z.object({}),
    effect: "read",
    run: (_, { signal }) => {
      begun.resolve(signal);
      return new Promise(() => {});
    },
  });
  const bot = await start({ model: scripted(calling(call("look", {}))), tools: [look] });
  const runId = await bot.launch("look");
  const signal = await begun.promise;
  await command(bot, runId, cancel);
  expect(signal.aborted).toBe(true);
  expect((await bot.untilEnd(runId)).phase.at).toBe("cancelled");
});

test("words to a run that sleeps are heard at once", async () => {
  const model = scripted(calling(call("sleep_until", { seconds: 3600 })), finalAnswer("as you say"));
  const bot = await start({ model });
  const runId = await bot.launch("look again in an hour");
  await bot.untilStatus(runId, "sleeping");
  await command(bot, runId, say("no need to wait"));
  expect((await bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "as you say" });
  const told = model.requests[1]?.input.slice(-2).map((item) => JSON.stringify(item));
  expect(told).toEqual([expect.stringContaining("Woken early"), expect.stringContaining("no need to wait")]);
});

test("words while a tool runs are heard before the next change that was chosen without them", async () => {
  const { door, runs, tool } = held("once");
  const model = scripted(calling(call("work", {}, "a"), call("work", {}, "b")), finalAnswer("as you say"));
  const bot = await start({ model, tools: [tool] });
  const runId = await bot.launch("work twice");
  await door.reached;
  await command(bot, runId, say("once is enough"));
  door.open();
  const state = await bot.untilEnd(runId);
  expect(state.phase).toMatchObject({ at: "complete", answer: "as you say" });
  expect(runs).toHaveLength(1);
  expect(model.requests[1]?.input.map((item) => item.type)).toEqual([
    "user",
    "model",
    "result",
    "result",
    "user",
  ]);
});
