/** A run that fails by a fault of the bot: its child asks nobody any more, and the card of what it undoes says so. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Commit } from "../../src/core/ports/commit.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { childRunId } from "../../src/engine/ids.ts";
import { agent, type BotOptions, clock, operator, startBot } from "../support/bot.ts";
import { ask, call, calling, scripted } from "../support/model/scripted.ts";
import { twoModels } from "../support/model/two.ts";
import { deployed, deployment, deploysOnce, offered } from "../support/undoable.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Broken {
  /** What is written of a run throws, but for its end, once this has named it. */
  breaks: (commit: Commit) => string | null;
  /** Dead from the commit of that end on: what its process says to the store is not heard. */
  dies: boolean;
}

async function stores({ breaks, dies }: Broken): Promise<{ store: Store; broken: Store }> {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const runs = new Set<string | null>();
  let isDead = false;
  const commit: Store["commit"] = async (commit) => {
    const ends = commit.events.some(({ type }) => type === "failed");
    if (runs.has(commit.runId) && !ends) throw new TypeError("x is not a function");
    const committed = await store.commit(commit);
    runs.add(breaks(commit));
    isDead ||= ends && dies;
    return committed;
  };
  const broken = new Proxy(
    { ...store, commit },
    {
      get(target, name, receiver) {
        if (isDead && typeof Reflect.get(target, name, receiver) === "function")
          return async () => {
            throw new StoreError("storage_busy", "this process is dead");
          };
        return Reflect.get(target, name, receiver);
      },
    },
  );
  return { store, broken };
}

async function start(options: BotOptions) {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return bot;
}

/** Moves the clock on until it is settled. */
async function passing<T>(wanted: Promise<T>): Promise<T> {
  let isOver = false;
  const ended = wanted.finally(() => {
    isOver = true;
  });
  while (!isOver) await vi.advanceTimersByTimeAsync(1_000);
  return ended;
}

async function failedWithChild(dies: boolean) {
  const known = agent();
  const { store, broken } = await stores({ dies, breaks: ({ row }) => row.parentId });
  const options = {
    model: twoModels(
      scripted(calling(call("hand_off", { agent: "helper", task: "find it" }, "h1"))),
      scripted(calling(ask("Which room?"))),
    ),
    agents: [
      { ...known, handOff: ["helper"] },
      { ...known, name: "helper", hash: "helper-1" },
    ],
  };
  const bot = await start({ ...options, store: broken });
  const runId = await bot.launch("where is it?");
  const child = childRunId(runId, "h1.1");
  const questionId = (await bot.untilStatus(child, "waiting_human_input")).questions[0]?.id ?? "";
  return { bot, store, options, runId, child, questionId };
}

test("a run that fails by the bot's own fault stops the child that asks for it, and its question is withdrawn", async () => {
  const { bot, store, runId, child, questionId } = await failedWithChild(false);
  expect((await passing(bot.untilEnd(runId))).phase).toMatchObject({ at: "failed", code: "internal" });
  expect((await passing(bot.untilEnd(child))).phase).toMatchObject({
    at: "cancelled",
    reason: "its parent run failed",
  });
  expect((await store.openQuestions({ limit: 9 })).rows).toEqual([]);
  const late = { type: "provide_input", questionId, answer: "the hall", actor: operator } as const;
  expect(await bot.engine.command(child, { ...late, via: { channel: "console" } }, null)).toMatchObject({
    ok: false,
    refusal: { code: "question_closed" },
  });
});

test("its child is stopped by whoever comes after a process that died right after the end", async () => {
  const { bot, store, options, runId, child } = await failedWithChild(true);
  const dead = Promise.withResolvers<void>();
  bot.engine.watch((change) => {
    if (change.runId === runId)
      void store.run(runId).then((row) => row?.status === "failed" && dead.resolve());
  });
  await passing(dead.promise);
  expect((await store.run(child))?.status).toBe("waiting_human_input");
  await passing(bot.stop());
  const next = await start({ ...options, store });
  expect((await passing(next.untilEnd(child))).phase).toMatchObject({ at: "cancelled" });
  expect((await store.openQuestions({ limit: 9 })).rows).toEqual([]);
});

test.each([false, true])(
  "the card of what it undoes says how it ended (the process died then: %s)",
  async (dies) => {
    const isUndo = ({ events }: Commit) => events.some((event) => event.type === "launched" && event.undoes);
    const { store, broken } = await stores({
      dies,
      breaks: (commit) => (isUndo(commit) ? commit.runId : null),
    });
    const { tool } = deployment();
    const options = { model: deploysOnce(), tools: [tool] };
    const bot = await start({ ...options, store: broken });
    const { runId, questionId } = await deployed(bot);
    const by = { actor: operator, via: { channel: "console" } };
    const pressed = await bot.engine.command(runId, { type: "undo", questionId, ...by }, null);
    if (!pressed.ok) throw new Error(pressed.refusal.message);
    const failed = Promise.withResolvers<void>();
    bot.engine.watch((change) => {
      const look = async () => (await store.run(pressed.runId))?.status === "failed" && failed.resolve();
      if (change.runId === pressed.runId) void look();
    });
    await passing(failed.promise);
    if (dies) await passing(bot.stop());
    const now = dies ? await start({ ...options, store }) : bot;
    const told = await passing(now.until(runId, (state) => offered(state)?.undo?.ended !== null));
    expect(offered(told)?.undo?.ended).toMatchObject({ outcome: "failed" });
    expect(offered(told)?.undo?.ended?.words).toContain(
      "Something went wrong in the bot itself, 5 times in a row",
    );
  },
);
