/**
 * A model that gives no answers is one visible trouble: in the log, in what the engine tells of
 * itself, after a restart too.
 */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { type Bot, clock, operator, startBot } from "../support/bot.ts";
import { everyFeature, testModel } from "../support/model/openai.ts";
import { failure, responsesStream, sseServer, stream } from "../support/model/sse.ts";
import { strictly, unsupported } from "../support/model/strict.ts";

interface Line {
  level: number;
  msg: string;
  words?: string;
}

const final = { type: "function_call", call_id: "c1", name: "final_answer", arguments: '{"answer":"fine"}' };
const fine = stream(...responsesStream([final]));
const refusedKey = failure(401, { error: { message: "Incorrect API key", code: "invalid_api_key" } });

async function bot(model: Model, store: Store): Promise<{ bot: Bot; lines: Line[] }> {
  const lines: Line[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  return { bot: await startBot({ model, store, log }), lines };
}

async function sayAgain(on: Bot, runId: string): Promise<void> {
  const by = { actor: operator, via: { channel: "console" } };
  await on.engine.command(
    runId,
    { type: "provide_input", questionId: null, answer: "continue", ...by },
    null,
  );
}

test("runs that wait for a refused key are one trouble with its reason, until the model answers", async () => {
  await using server = await sseServer(refusedKey, refusedKey, refusedKey, fine);
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const model = testModel(server.url);
  const first = await bot(model, store);
  const runs = [
    await first.bot.launch("one"),
    await first.bot.launch("two"),
    await first.bot.launch("three"),
  ];
  const asking = await Promise.all(runs.map((run) => first.bot.untilStatus(run, "waiting_human_input")));
  const trouble = {
    model: "openai gpt-5",
    code: "auth",
    reason: expect.stringContaining("refused our key"),
    since: Math.min(...asking.map((state) => state.questions[0]?.askedAt ?? 0)),
    waiting: 3,
  };
  expect(first.bot.engine.modelTroubles).toMatchObject([{ ...trouble, since: expect.any(Number) }]);
  const told = first.lines.filter(({ msg }) => msg === "model failed");
  expect(told).toHaveLength(3);
  expect(told[0]).toMatchObject({ level: 40, words: expect.stringContaining("Incorrect API key") });

  await first.bot.stop();
  const second = await bot(model, store);
  onTestFinished(() => second.bot.stop());
  expect(second.bot.engine.modelTroubles).toMatchObject([trouble]);
  const [gone = "", , last = ""] = runs;
  const by = { actor: operator, via: { channel: "console" } };
  await second.bot.engine.command(gone, { type: "cancel", reason: "", ...by }, null);
  await second.bot.untilEnd(gone);
  expect(second.bot.engine.modelTroubles).toMatchObject([{ waiting: 2 }]);
  await sayAgain(second.bot, last);
  await second.bot.untilEnd(last);
  expect(second.bot.engine.modelTroubles).toEqual([]);
});

test("a part of the request that the server refuses costs the run nothing, and one warning with its words", async () => {
  const rule = unsupported("include", "Encrypted content is not supported with this model.");
  const server = await sseServer(strictly(() => server, [rule], fine));
  onTestFinished(() => server[Symbol.asyncDispose]());
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const one = await bot(testModel(server.url, { features: everyFeature }), store);
  onTestFinished(() => one.bot.stop());
  const run = await one.bot.launch("say fine");
  expect((await one.bot.untilEnd(run)).phase).toEqual({ at: "complete", answer: "fine" });
  expect(one.lines.filter(({ level }) => level >= 40)).toMatchObject([
    {
      run,
      code: "bad_request",
      attempt: 1,
      field: "encryptedReasoning",
      words: expect.stringContaining("Encrypted content is not supported"),
    },
  ]);
});
