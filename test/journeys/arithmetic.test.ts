/** The newcomer's run, with the demo model: steps, a question, an answer, a result. */
import { afterEach, expect, test } from "vitest";
import { demoModel } from "../../adapters/demo/model.ts";
import { type Bot, operator, startBot } from "../support/bot.ts";

let bot: Bot;
afterEach(() => bot.stop());

test("asks for the missing number, takes the answer and completes", async () => {
  bot = await startBot({ model: demoModel() });
  const runId = await bot.launch("What is (17 + 5) * 3, divided by a number you must ask me for?");
  const waiting = await bot.untilStatus(runId, "waiting_human_input");
  expect(waiting.questions.map((question) => question.text)).toEqual([expect.stringContaining("66")]);

  const answered = await bot.engine.command(
    runId,
    { type: "provide_input", questionId: null, answer: "3", actor: operator, via: { channel: "console" } },
    null,
  );
  expect(answered.ok).toBe(true);
  const done = await bot.untilEnd(runId);
  expect(done.phase).toMatchObject({ at: "complete", answer: expect.stringContaining("22") });
  expect(done.steps).toBe(5);
});
