/** A run that can't be driven: a storage in trouble is waited for, a fault of our own ends the run with words. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { agent, type Bot, startBot } from "../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Its tool can't be called as long as there is trouble. */
async function start(trouble: () => Error | null): Promise<{ bot: Bot; tries: () => number }> {
  let tries = 0;
  const known = agent();
  const bot = await startBot({
    model: scripted(calling(call("mark", {})), finalAnswer("done")),
    agents: [{ ...known, tools: [...known.tools, "mark"] }],
    toolbox: (toolbox) => ({
      ...toolbox,
      check: (tool, args) => (tool === "mark" ? { input: {} } : toolbox.check(tool, args)),
      specs: {
        ...toolbox.specs,
        mark: { ...toolbox.specs.power, name: "mark", effect: "idempotent" } as never,
      },
      key: (...key) => {
        tries++;
        const error = trouble();
        if (error) throw error;
        return toolbox.key("power", ...(key.slice(1) as [unknown, never]));
      },
      run: async () => ({ type: "finished", output: "marked", omitted: 0 }),
    }),
  });
  onTestFinished(() => bot.stop());
  return { bot, tries: () => tries };
}

/** Lets the pauses between the tries pass. */
async function end(bot: Bot, runId: string) {
  let isOver = false;
  const ended = bot.untilEnd(runId).finally(() => {
    isOver = true;
  });
  while (!isOver) await vi.advanceTimersByTimeAsync(1_000);
  return ended;
}

test("a fault that comes again and again fails the run, so that people see it", async () => {
  const { bot, tries } = await start(() => new TypeError("x is not a function"));
  const state = await end(bot, await bot.launch("mark it"));
  expect(state.phase).toMatchObject({ at: "failed", code: "internal" });
  expect(state.phase).toMatchObject({ message: expect.stringContaining("5 times in a row (TypeError)") });
  expect(tries()).toBe(5);
});

test("a storage that is not available never does", async () => {
  let busy = 8;
  const { bot } = await start(() => (busy-- > 0 ? new StoreError("storage_busy", "busy") : null));
  const state = await end(bot, await bot.launch("mark it"));
  expect(state.phase).toMatchObject({ at: "complete", answer: "done" });
});
