/** Pausing and stopping a run that has handed its task on: the child rests, goes on and ends with it. */
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Model, ModelAnswer, ModelRequest } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { statusOf } from "../../src/core/state.ts";
import { childRunId } from "../../src/engine/ids.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent, type Bot, clock, operator, startBot } from "../support/bot.ts";
import { gate } from "../support/gate.ts";
import { answerWith, ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { twoModels } from "../support/model/two.ts";

const by = { actor: operator, via: { channel: "console" } };
const handOff = calling(call("hand_off", { agent: "helper", task: "wipe it" }, "h1"));
const childOf = (runId: string) => childRunId(runId, "h1.1");
const wipe = calling(call("wipe", { disk: "b" }));

/** A world in which disks are wiped, and what was wiped. */
async function start(children: Model, store?: Store, parents = scripted(handOff, finalAnswer("done"))) {
  const wiped: string[] = [];
  const tool = defineTool({
    name: "wipe",
    description: "Wipe a disk.",
    input: z.object({ disk: z.string() }),
    effect: "once",
    requiresApproval: false,
    run: ({ disk }) => `wiped ${wiped.push(disk)}`,
  });
  const known = agent();
  const bot = await startBot({
    model: twoModels(parents, children),
    tools: [tool],
    agents: [
      { ...known, handOff: ["helper"] },
      { ...known, name: "helper", hash: "helper-1", tools: [...known.tools, "wipe"], handOff: ["helper"] },
    ],
    ...(store ? { store } : {}),
  });
  onTestFinished(() => bot.stop());
  return { bot, wiped };
}

const send = (bot: Bot, runId: string, type: "pause" | "resume") =>
  bot.engine.command(runId, { type, ...by }, null);

test("a paused run's child begins nothing more, and goes on with it", async () => {
  const thinks = gate();
  const held = async (_: ModelRequest): Promise<ModelAnswer> => {
    await thinks.pass();
    return answerWith(wipe);
  };
  const { bot, wiped } = await start(scripted(held, finalAnswer("wiped")));
  const runId = await bot.launch("clean up");
  await thinks.reached;
  await bot.untilStatus(runId, "sleeping");
  await send(bot, runId, "pause");
  thinks.open();
  await bot.untilStatus(childOf(runId), "paused");
  expect(wiped).toEqual([]);

  const alone = await send(bot, childOf(runId), "resume");
  expect(alone).toMatchObject({ ok: false, refusal: { message: expect.stringContaining(runId) } });
  await send(bot, runId, "resume");
  expect((await bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "done" });
  expect(wiped).toEqual(["b"]);
});

test("nor does a child of the child, nor after the process died in between", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const children = scripted(handOff, calling(ask("Which disk?")), wipe, finalAnswer("wiped"));
  const first = await start(children, store);
  const runId = await first.bot.launch("clean up");
  const grandchild = childOf(childOf(runId));
  await first.bot.untilStatus(grandchild, "waiting_human_input");
  await first.bot.untilStatus(childOf(runId), "sleeping");
  await first.bot.untilStatus(runId, "sleeping");
  await send(first.bot, runId, "pause");
  await first.bot.stop();

  const { bot, wiped } = await start(children, store, scripted(finalAnswer("done")));
  const answered = { type: "provide_input", questionId: null, answer: "b", ...by } as const;
  await bot.engine.command(grandchild, answered, null);
  await bot.untilStatus(grandchild, "paused");
  expect(wiped).toEqual([]);
  expect(statusOf(await bot.untilStatus(runId, "paused"))).toBe("paused");
});

test("a child that a person paused is left to that person", async () => {
  const { bot } = await start(scripted(calling(ask("Which disk?")), finalAnswer("none")));
  const runId = await bot.launch("clean up");
  await bot.untilStatus(childOf(runId), "waiting_human_input");
  await bot.untilStatus(runId, "sleeping");
  await send(bot, childOf(runId), "pause");
  await send(bot, runId, "pause");
  await send(bot, runId, "resume");
  await bot.untilStatus(runId, "sleeping");
  expect(statusOf(await bot.untilStatus(childOf(runId), "paused"))).toBe("paused");
  expect((await send(bot, childOf(runId), "resume")).ok).toBe(true);
});

test("a run that is stopped in the moment of handing over stops what it has begun", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  let bot: Bot | null = null;
  // The child's launch is durable, the parent does not know it yet, and somebody stops the parent.
  const commit: Store["commit"] = async (commit) => {
    const committed = await store.commit(commit);
    const { parentId, version } = commit.row;
    if (parentId && version === 1) {
      await bot?.engine.command(parentId, { type: "cancel", reason: "enough", ...by }, null);
    }
    return committed;
  };
  const watched: Store = new Proxy(store, {
    get: (target, name) => {
      const member: unknown = name === "commit" ? commit : Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const asked = scripted(calling(ask("Which disk?")));
  bot = (await start(asked, watched)).bot;
  const runId = await bot.launch("clean up");
  expect((await bot.untilEnd(runId)).phase.at).toBe("cancelled");
  expect((await bot.untilEnd(childOf(runId))).phase.at).toBe("cancelled");
});
