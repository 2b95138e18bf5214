/** A way back that another run of the conversation has taken: nobody takes it again, and the card says who did. */
import { expect, test } from "vitest";
import { narrate } from "../../src/core/narrate/narrate.ts";
import type { State } from "../../src/core/state.ts";
import { type Bot, operator } from "../support/bot.ts";
import { by, start } from "../support/deployment.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { approveIn, deployment, offered } from "../support/undoable.ts";

const deploys = (version: string) => [calling(call("deploy", { version })), finalAnswer(`${version} runs`)];

/** A turn of one conversation at `chat:1`, approved and over; `after`: the turn before it. */
async function turn(bot: Bot, after: State | null): Promise<State> {
  const follows = after && {
    ...{ runId: after.runId, task: after.task, outcome: "done", untrusted: false },
  };
  const submitted = await bot.engine.launch(
    "default",
    {
      ...{ task: "deploy", actor: operator, via: { channel: "chat" }, addresses: ["chat:1"], context: [] },
      ...{ trusted: true, follows, parent: null },
    },
    null,
  );
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  await approveIn(bot, submitted.runId);
  return bot.untilEnd(submitted.runId);
}

const press = (bot: Bot, { runId }: State, questionId: string) =>
  bot.engine.command(runId, { type: "undo", questionId, ...by }, null);

test("what a later turn has undone by its own call is undone by no press", async () => {
  const { done, tool } = deployment();
  const bot = await start({ model: scripted(...deploys("v1"), ...deploys("v0")), tools: [tool] });
  const first = await turn(bot, null);
  const questionId = offered(first)?.id ?? "";
  const second = await turn(bot, first);
  expect(await press(bot, first, questionId)).toEqual({
    ok: false,
    refusal: {
      code: "not_undoable",
      message: `Run ${second.runId} has undone this, by a call of its own.`,
      runId: second.runId,
    },
  });
  expect(done).toEqual(["v1", "v0"]);
  const told = await bot.engine.state(first.runId);
  const card = JSON.stringify(told && narrate(told).find(({ key }) => key === `question:${questionId}`));
  expect(card).toContain("by another run of this conversation");
  expect(card).not.toContain('"action":"undo"');
  // Told once, however often it is pressed.
  const length = (await bot.engine.events(first.runId)).length;
  expect(await press(bot, first, questionId)).toMatchObject({ ok: false, refusal: { code: "not_undoable" } });
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
