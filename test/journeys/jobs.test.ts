/** Work that outlives its call, driven by the real engine: looked at, carried over a restart, stopped, verified. */
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Cancelled, Polled, Tool, Verified } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type BotOptions, clock, operator, startBot } from "../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const by = { actor: operator, via: { channel: "console" } };

async function start(options: BotOptions) {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return bot;
}

/** What goes on outside: how often the work was begun, and what each look at it finds. */
interface World {
  begun: number;
  looks: (() => Polled)[];
  verdicts: (() => Verified)[];
  cancel: () => Promise<Cancelled>;
}

function world(change: Partial<World> = {}): World {
  const cancelled = { stopped: true, words: "The rollout was stopped." };
  return { begun: 0, looks: [], verdicts: [], cancel: async () => cancelled, ...change };
}

/** Takes the next of a list, or says the last again. */
function next<T>(list: (() => T)[]): T {
  const one = list.length > 1 ? list.shift() : list[0];
  if (!one) throw new Error("nothing is prepared");
  return one();
}

function rollout(outside: World, everyMs = 1): Tool {
  return defineTool({
    name: "rollout",
    description: "Roll out a version.",
    input: z.object({ version: z.string() }),
    effect: "once",
    requiresApproval: false,
    job: {
      handle: z.object({ folder: z.string() }),
      begin: async (_, { key }) => {
        outside.begun += 1;
        return { folder: `jobs/${key}` };
      },
      poll: async () => next(outside.looks),
      cancel: () => outside.cancel(),
      everyMs,
    },
    ...(outside.verdicts.length > 0
      ? { verify: { check: async () => next(outside.verdicts), everyMs: 1, withinMs: 60_000 } }
      : {}),
  });
}

const running = (progress: string) => (): Polled => ({ type: "running", progress });
const done = (): Polled => ({ type: "done", result: "all pods are new" });
const unreachable = (): never => {
  throw new Error("the cluster does not answer");
};
const rollsOut = () => scripted(calling(call("rollout", { version: "v1" })), finalAnswer("rolled out"));

describe("a job", () => {
  test("is looked at until it is done; what can't be looked at is asked again and never told as a failure", async () => {
    const outside = world({ looks: [running("1 of 2"), unreachable, running("2 of 2"), done] });
    const bot = await start({ model: rollsOut(), tools: [rollout(outside)] });
    const ended = await bot.untilEnd(await bot.launch("roll out v1"));
    expect(ended.phase).toEqual({ at: "complete", answer: "rolled out" });
    const events = await bot.store.read(ended.runId);
    const told = events.flatMap((event) => (event.type === "call_progressed" ? [event.progress] : []));
    expect(told).toEqual(["1 of 2", "can't be looked at now: the cluster does not answer", "2 of 2"]);
    expect(events.filter(({ type }) => type === "call_failed" || type === "call_doubted")).toEqual([]);
    expect(outside.begun).toBe(1);
  });

  test("is held by nobody between two looks: whoever is there at the next one takes it up", async () => {
    const hour = 3_600_000;
    const bot = await start({
      model: rollsOut(),
      tools: [rollout(world({ looks: [running("1 of 2")] }), hour)],
    });
    const runId = await bot.launch("roll out v1");
    await bot.until(runId, (state) => JSON.stringify(state.phase).includes("1 of 2"));
    await expect.poll(() => bot.store.nextWake()).toBeGreaterThan(clock.now() + hour / 2);
    const takenAt = (now: number) => bot.store.claim({ owner: "another", now, leaseMs: 1_000, limit: 9 });
    expect(await takenAt(clock.now())).toEqual([]);
    expect(await takenAt(clock.now() + hour)).toMatchObject([{ runId }]);
  });

  test("says the same words once, however often it is looked at", async () => {
    const same = Array.from({ length: 20 }, () => running("waiting for quota"));
    const bot = await start({ model: rollsOut(), tools: [rollout(world({ looks: [...same, done] }))] });
    const ended = await bot.untilEnd(await bot.launch("roll out v1"));
    const events = await bot.store.read(ended.runId);
    expect(events.filter(({ type }) => type === "call_progressed")).toHaveLength(1);
  });

  test.each([
    ["is the same", {}],
    ["is another release's", { description: "Roll it out.", untrusted: true }],
  ])("is found again by the next process, whose tool %s, and not begun again", async (_, change) => {
    const store = await openSqlite({ path: ":memory:", clock });
    onTestFinished(() => store.close());
    const outside = world({ looks: [running("1 of 2")] });
    const first = await startBot({ model: rollsOut(), tools: [rollout(outside)], store });
    const runId = await first.launch("roll out v1");
    await first.until(runId, (state) => JSON.stringify(state.phase).includes("1 of 2"));
    await first.stop();
    outside.looks = [done];
    const tool = rollout(outside);
    const second = await start({
      model: scripted(finalAnswer("rolled out")),
      tools: [{ ...tool, spec: { ...tool.spec, ...change } }],
      store,
    });
    await second.untilStatus(runId, "complete");
    expect(outside.begun).toBe(1);
  });

  test.each([
    ["its tool stops it", async () => ({ stopped: true, words: "The rollout was stopped." }), true],
    ["its tool can't", async () => ({ stopped: false, words: "Too late: it is done." }), false],
    ["nobody knows", async (): Promise<Cancelled> => unreachable(), null],
  ])("is stopped with its run, and the log says whether: %s", async (_, stop, stopped) => {
    const outside = world({ looks: [running("1 of 2")], cancel: stop });
    const bot = await start({ model: rollsOut(), tools: [rollout(outside)] });
    const runId = await bot.launch("roll out v1");
    await bot.until(runId, (state) => JSON.stringify(state.phase).includes("1 of 2"));
    await bot.engine.command(runId, { type: "cancel", reason: "enough", ...by }, null);
    await bot.untilStatus(runId, "cancelled");
    const events = await bot.store.read(runId);
    expect(events.filter(({ type }) => type === "job_cancelled")).toMatchObject([{ stopped }]);
  });

  test.each([
    ["is a person's to settle when its tool does not know more", { type: "unknown" } as const, ["doubt"]],
    ["is done when its tool knows that", { type: "done", output: "v1 is out" } as const, []],
  ])("that is lost from sight %s", async (_, known, kinds) => {
    const reason = "the machine was started anew";
    const outside = world({ looks: [running("1 of 2"), () => ({ type: "lost", reason })] });
    const tool: Tool = { ...rollout(outside), reconcile: async () => known };
    const bot = await start({ model: rollsOut(), tools: [tool] });
    const runId = await bot.launch("roll out v1");
    const rested = await bot.until(runId, ({ phase, questions }) => {
      return questions.length > 0 || phase.at === "complete";
    });
    expect(rested.questions.map(({ kind }) => kind)).toEqual(kinds);
    expect(rested.questions.every(({ text }) => text.includes(reason))).toBe(true);
    expect(outside.begun).toBe(1);
  });

  test("whose tool is gone is a person's to settle", async () => {
    const store = await openSqlite({ path: ":memory:", clock });
    onTestFinished(() => store.close());
    const first = await startBot({
      model: rollsOut(),
      tools: [rollout(world({ looks: [running("1 of 2")] }))],
      store,
    });
    const runId = await first.launch("roll out v1");
    await first.until(runId, (state) => JSON.stringify(state.phase).includes("1 of 2"));
    await first.stop();
    const second = await start({ model: scripted(finalAnswer("rolled out")), tools: [], store });
    const asking = await second.until(runId, ({ questions }) => questions.length === 1);
    expect(asking.questions).toMatchObject([{ kind: "doubt", call: { tool: "rollout" } }]);
  });
});

describe("whether it helped", () => {
  test("is looked at until it is decided, over what can't be looked at", async () => {
    const not = (): Verified => ({ verdict: "not_yet", words: "errors 7.1 %" });
    const better = (): Verified => ({ verdict: "better", words: "errors 0.02 % (were 7.1 %)" });
    const outside = world({ looks: [done], verdicts: [not, unreachable, better] });
    const bot = await start({ model: rollsOut(), tools: [rollout(outside)] });
    const ended = await bot.untilEnd(await bot.launch("roll out v1"));
    const events = await bot.store.read(ended.runId);
    expect(events.filter(({ type }) => type === "call_verified")).toMatchObject([
      { verdict: "better", words: "errors 0.02 % (were 7.1 %)" },
    ]);
    expect(ended.lines.at(0)?.detail).toContain("it helped");
  });

  test("is decided as soon as it is worse: nobody waits until the end of the time for that", async () => {
    const worse = (): Verified => ({ verdict: "worse", words: "errors 40 % (were 7.1 %)" });
    const better = (): Verified => ({ verdict: "better", words: "errors 0.02 %" });
    const outside = world({ looks: [done], verdicts: [worse, better] });
    const bot = await start({ model: rollsOut(), tools: [rollout(outside)] });
    const { runId } = await bot.untilEnd(await bot.launch("roll out v1"));
    const events = await bot.store.read(runId);
    expect(events.filter(({ type }) => type === "call_verified")).toMatchObject([
      { verdict: "worse", words: "errors 40 % (were 7.1 %)" },
    ]);
  });
});
