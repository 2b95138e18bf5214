/** A run that fails by a fault of the bot while its child asks: nobody is asked any more for a run that is gone. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { childRunId } from "../../src/engine/ids.ts";
import { agent, clock, operator, startBot } from "../support/bot.ts";
import { ask, call, calling, scripted } from "../support/model/scripted.ts";
import { twoModels } from "../support/model/two.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is written of a run that waits for its child throws, but for its end. */
async function brokenStore(): Promise<Store> {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const waits = new Set<string>();
  return {
    ...store,
    commit(commit) {
      const ends = commit.events.some(({ type }) => type === "failed");
      if (waits.has(commit.row.runId) && !ends) throw new TypeError("x is not a function");
      if (commit.row.parentId !== null) waits.add(commit.row.parentId);
      return store.commit(commit);
    },
  };
}

test("a run that fails by the bot's own fault stops the child that asks for it, and its question is withdrawn", async () => {
  const known = agent();
  const store = await brokenStore();
  const bot = await startBot({
    store,
    model: twoModels(
      scripted(calling(call("hand_off", { agent: "helper", task: "find it" }, "h1"))),
      scripted(calling(ask("Which room?"))),
    ),
    agents: [
      { ...known, handOff: ["helper"] },
      { ...known, name: "helper", hash: "helper-1" },
    ],
  });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("where is it?");
  const child = childRunId(runId, "h1.1");
  const questionId = (await bot.untilStatus(child, "waiting_human_input")).questions[0]?.id ?? "";

  let isOver = false;
  const ended = bot.untilEnd(runId).finally(() => {
    isOver = true;
  });
  while (!isOver) await vi.advanceTimersByTimeAsync(1_000);
  expect((await ended).phase).toMatchObject({ at: "failed", code: "internal" });
  expect((await store.openQuestions({ limit: 9 })).rows).toEqual([]);
  expect((await bot.untilEnd(child)).phase).toMatchObject({
    at: "cancelled",
    reason: "its parent run failed",
  });
  const late = { type: "provide_input", questionId, answer: "the hall", actor: operator } as const;
  expect(await bot.engine.command(child, { ...late, via: { channel: "console" } }, null)).toMatchObject({
    ok: false,
    refusal: { code: "question_closed" },
  });
});
