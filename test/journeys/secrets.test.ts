/**
 * A secret that the bot knows gets into a run from any side, and stands nowhere: not in log, posts, API or context.
 */
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { eventBodySchema } from "../../src/core/event.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { apiOf } from "../support/api.ts";
import { type BotOptions, operator, startBot } from "../support/bot.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const secret = 'k3y/of+the "bot"$&';
const by = { actor: operator, via: { channel: "console" } };

async function start(options: BotOptions) {
  const bot = await startBot({ ...options, secrets: [secret, "another-secret"] });
  onTestFinished(() => bot.stop());
  return bot;
}

function rotation() {
  const done: string[] = [];
  const tool = defineTool({
    name: "rotate",
    description: "Rotate.",
    input: z.object({ key: z.string() }),
    effect: "once",
    requiresApproval: true,
    run: ({ key }) => {
      done.push(key);
      return "rotated";
    },
  });
  return { done, tool };
}

test("said by people, webhooks and the model, it is taken out on the way into the log", async () => {
  const model = scripted(
    {
      ...calling(ask(`Is ${secret} right?`, [`yes, ${secret}`])),
      items: [{ type: "message", text: `I ask: ${secret}` }],
    },
    { ...finalAnswer(`It is ${secret}.`), text: `So: ${encodeURIComponent(secret)}` },
  );
  const bot = await start({ model });
  const launched = await bot.engine.launch(
    "default",
    {
      task: `Try ${secret}`,
      ...by,
      addresses: [],
      context: [{ source: "webhook ci", text: JSON.stringify({ authorization: secret }), trusted: false }],
      trusted: true,
      follows: null,
      parent: null,
    },
    null,
  );
  if (!launched.ok) throw new Error(launched.refusal.message);
  const { runId } = launched;
  await bot.untilStatus(runId, "waiting_human_input");
  const api = apiOf(bot);
  const seen = [await (await api.get(`/agent/state/${runId}`)).text()];
  const answer = { type: "provide_input", questionId: null, answer: `no, ${secret}`, ...by } as const;
  expect(await bot.engine.command(runId, answer, null)).toMatchObject({ ok: true });
  const state = await bot.untilEnd(runId);

  expect(state.phase).toEqual({ at: "complete", answer: "It is [secret]." });
  expect(state.task).toBe("Try [secret]");
  expect(state.settled[0]).toMatchObject({ text: "Is [secret] right?", outcome: { text: "no, [secret]" } });
  seen.push(
    await (await api.get(`/agent/state/${runId}`)).text(),
    await (await api.get(`/agent/runs/${runId}/events`)).text(),
    await (await api.get("/agent/runs")).text(),
    JSON.stringify(await bot.store.read(runId)),
    JSON.stringify(model.requests),
  );
  for (const text of seen) {
    expect(text).toContain("[secret]");
    expect(text).not.toContain("k3y");
  }
});

test("in arguments it makes the call fail with words: what runs is never other than what was chosen", async () => {
  const { done, tool } = rotation();
  const model = scripted(
    calling(call("rotate", { key: `Bearer ${secret}` })),
    calling(call("rotate", { key: "the new one" })),
    finalAnswer("done"),
  );
  const bot = await start({ model, tools: [tool] });
  const runId = await bot.launch("rotate the key");
  const asking = await bot.untilStatus(runId, "waiting_human_input");
  expect(asking.questions[0]?.call?.input).toEqual({ key: "the new one" });
  const told = JSON.stringify(model.requests.at(-1)?.input);
  expect(told).toContain("secret_in_arguments");
  expect(told).not.toContain("k3y");
  expect(done).toEqual([]);

  const on = { questionId: asking.questions[0]?.id ?? "", ...by };
  const edited = await bot.engine.command(runId, { type: "edit", input: { key: secret }, ...on }, null);
  expect(edited).toMatchObject({ ok: false, refusal: { code: "answer_invalid" } });
  expect(await bot.engine.command(runId, { type: "approve", ...on }, null)).toMatchObject({ ok: true });
  await bot.untilEnd(runId);
  expect(done).toEqual(["the new one"]);
});

test("without one, an event is recorded as it is, the provider's items byte for byte", async () => {
  const items = [
    { type: "reasoning", id: "rs_1", encrypted_content: "gAAAAABk3y-sk-abcdefghijklmnopqrstu1" },
  ];
  const bot = await start({ model: scripted({ ...finalAnswer("4"), items }) });
  const runId = await bot.launch("two and two");
  await bot.untilEnd(runId);
  const answered = (await bot.store.read(runId)).find(({ type }) => type === "model_answered");
  expect(answered).toMatchObject({ items });
});

test("ids of the program stay, even when somebody chose one of them for a secret", async () => {
  const model = scripted(calling(ask("Which one?")), finalAnswer("done"));
  const bot = await startBot({ model, secrets: ["console", "scripted", "default", "question_asked"] });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("ask me");
  await bot.untilStatus(runId, "waiting_human_input");
  const answer = { type: "provide_input", questionId: null, answer: "console", ...by } as const;
  expect(await bot.engine.command(runId, answer, null)).toMatchObject({ ok: true });
  const state = await bot.untilEnd(runId);
  expect(state).toMatchObject({ phase: { at: "complete" }, channel: "console", agent: { name: "default" } });
  expect(state.settled[0]?.outcome.text).toBe("[secret]");
  for (const { at: _, ...body } of await bot.store.read(runId)) eventBodySchema.parse(body);
});
