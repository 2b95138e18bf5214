/** A way back that another run of the conversation has taken: nobody takes it again, and the card says who did. */
import { expect, test } from "vitest";
import { narrate } from "../../src/core/narrate/narrate.ts";
import type { State } from "../../src/core/state.ts";
import type { Bot } from "../support/bot.ts";
import { by, start } from "../support/deployment.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { approveIn, deployment, offered, turn } from "../support/undoable.ts";

const deploys = (version: string) => [calling(call("deploy", { version })), finalAnswer(`${version} runs`)];

const press = (bot: Bot, { runId }: State, questionId: string) =>
  bot.engine.command(runId, { type: "undo", questionId, ...by }, null);

test("what a later turn has undone by its own call is undone by no press", async () => {
  const { done, tool } = deployment();
  const bot = await start({ model: scripted(...deploys("v1"), ...deploys("v0")), tools: [tool] });
  const first = await turn(bot, null);
  const questionId = offered(first)?.id ?? "";
  const second = await turn(bot, first);
  const told = await bot.engine.state(first.runId);
  const card = JSON.stringify(told && narrate(told).find(({ key }) => key === `question:${questionId}`));
  expect(card).toContain("by another run of this conversation");
  expect(card).not.toContain('"action":"undo"');
  const length = (await bot.engine.events(first.runId)).length;
  expect(await press(bot, first, questionId)).toEqual({
    ok: false,
    refusal: {
      code: "not_undoable",
      message: `Run ${second.runId} has undone this, by a call of its own.`,
      runId: second.runId,
    },
  });
  expect(done).toEqual(["v1", "v0"]);
  // Told once, however often it is pressed.
  expect((await bot.engine.events(first.runId)).length).toBe(length);
});

test("what an earlier turn did before is no undo: the press asks for it", async () => {
  const { done, tool } = deployment();
  const bot = await start({ model: scripted(...deploys("v0"), ...deploys("v1")), tools: [tool] });
  const first = await turn(bot, null);
  const second = await turn(bot, first);
  const pressed = await press(bot, second, offered(second)?.id ?? "");
  if (!pressed.ok) throw new Error(pressed.refusal.message);
  await approveIn(bot, pressed.runId);
  await bot.untilEnd(pressed.runId);
  expect(done).toEqual(["v0", "v1", "v0"]);
});

test("what nobody has told yet is found out by the press", async () => {
  const { tool } = deployment();
  const bot = await start({ model: scripted(...deploys("v1"), ...deploys("v0")), tools: [tool] });
  const first = await turn(bot, null);
  const { runs } = bot.store;
  // As of a process that died, or a former release: the look around its own call comes to nothing.
  bot.store.runs = (filter) =>
    filter.launchNames === undefined ? runs(filter) : Promise.reject(new Error("gone"));
  const second = await turn(bot, first);
  bot.store.runs = runs;
  const state = await bot.engine.state(first.runId);
  expect(state && offered(state)?.undo?.ended).toBeNull();
  expect(await press(bot, first, offered(first)?.id ?? "")).toMatchObject({
    ok: false,
    refusal: { code: "not_undoable", runId: second.runId },
  });
});
