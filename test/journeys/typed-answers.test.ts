/** Words that somebody typed reach the core as such: labels were shown, and a press names a value. */
import { expect, onTestFinished, test, vi } from "vitest";
import type { Inbound, Intent } from "../../src/core/ports/inbound.ts";
import { operator, startBot } from "../support/bot.ts";
import { ask, calling, scripted } from "../support/model/scripted.ts";

const address = "slack:T1/C1/1.1";

async function asking() {
  const bot = await startBot({ model: scripted(calling(ask("Which version?"), ask("Where?"))) });
  onTestFinished(() => bot.stop());
  const taken = Promise.withResolvers<object>();
  const { command } = bot.engine;
  const say = async (key: string, intent: Intent) => {
    const said: Inbound = {
      key,
      actor: operator,
      channel: "slack",
      address,
      intent,
      replyTo: {},
      context: [],
    };
    expect(await bot.engine.accept(said)).toBe("new");
  };
  const words = { type: "message", addressed: true, agent: null, thread: "ours" } as const;
  await say("first", { ...words, text: "deploy" });
  await vi.waitUntil(async () => (await bot.store.runAt(address)) !== null, { timeout: 60_000 });
  const runId = (await bot.store.runAt(address)) ?? "";
  const { questions } = await bot.untilStatus(runId, "waiting_human_input");
  bot.engine.command = (id, given, inbox) => {
    if (given.type === "provide_input") taken.resolve(given);
    return command.call(bot.engine, id, given, inbox);
  };
  return { say, words, questionId: questions[1]?.id ?? "", taken: taken.promise };
}

test("a press on the question that was meant", async () => {
  const { say, words, questionId, taken } = await asking();
  await say("said", { ...words, text: "eu", said: "eu" });
  await say("press", { type: "meant", key: "said", questionId });
  expect(await taken).toMatchObject({ questionId, answer: "eu", typed: [] });
});

test.each([
  ["a window of words", { text: "eu" }, { answer: "eu", typed: [] }],
  [
    "a form",
    { text: '{"region":"eu"}', typed: ["region"] },
    { answer: '{"region":"eu"}', typed: ["region"] },
  ],
])("%s", async (_, filled, command) => {
  const { say, questionId, taken } = await asking();
  await say("window", { type: "answer", questionId, ...filled });
  expect(await taken).toMatchObject({ questionId, ...command });
});

test("the press of a choice names its value", async () => {
  const { say, questionId, taken } = await asking();
  await say("press", { type: "choose", questionId, value: "eu" });
  expect(await taken).not.toHaveProperty("typed");
});
