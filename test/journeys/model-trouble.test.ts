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

const by = { actor: operator, via: { channel: "console" } };

async function sayAgain(on: Bot, runId: string): Promise<void> {
  await on.engine.command(
    runId,
    { type: "provide_input", questionId: null, answer: "continue", ...by },
    null,
  );
}

test("runs that wait for a refused key are one trouble and one question, and all go on when the model answers", async () => {
  await using server = await sseServer(refusedKey, refusedKey, refusedKey, fine, fine, fine);
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const { bot: on, lines } = await bot(testModel(server.url), store);
  onTestFinished(() => on.stop());
  const first = await on.launch("one");
  await on.untilStatus(first, "waiting_human_input");
  const others = [await on.launch("two"), await on.launch("three")];
  await Promise.all(
    others.map((run) => on.until(run, ({ phase }) => phase.at === "thinking" && phase.retryAt !== null)),
  );
  expect(on.engine.modelTroubles).toMatchObject([
    {
      model: "openai gpt-5",
      code: "auth",
      reason: expect.stringContaining("refused our key"),
      waiting: 3,
    },
  ]);
  expect((await store.openQuestions({ limit: 10 })).rows).toHaveLength(1);
  const told = lines.filter(({ msg }) => msg === "model failed");
  expect(told).toHaveLength(3);
  expect(told[0]).toMatchObject({ level: 40, words: expect.stringContaining("Incorrect API key") });

  await sayAgain(on, first);
  const ended = await Promise.all([first, ...others].map((run) => on.untilEnd(run)));
  expect(ended.map(({ phase }) => phase.at)).toEqual(["complete", "complete", "complete"]);
  expect(on.engine.modelTroubles).toEqual([]);
});

test("the question is settled by itself when another run finds that the model answers again", async () => {
  await using server = await sseServer(refusedKey, fine, fine);
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const { bot: on } = await bot(testModel(server.url), store);
  onTestFinished(() => on.stop());
  const waiting = await on.launch("one");
  await on.untilStatus(waiting, "waiting_human_input");
  await on.untilEnd(await on.launch("two"));
  expect((await on.untilEnd(waiting)).phase.at).toBe("complete");
  const events = await store.read(waiting);
  expect(events.find(({ type }) => type === "question_answered")).toMatchObject({ from: { name: "Belay" } });
});

test("after a restart the trouble and who asked are known again", async () => {
  await using server = await sseServer(refusedKey, fine);
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const model = testModel(server.url);
  const before = await bot(model, store);
  const run = await before.bot.launch("one");
  const asking = await before.bot.untilStatus(run, "waiting_human_input");
  await before.bot.stop();
  const after = await bot(model, store);
  onTestFinished(() => after.bot.stop());
  const since = asking.questions[0]?.askedAt;
  expect(after.bot.engine.modelTroubles).toMatchObject([{ code: "auth", since, waiting: 1 }]);
  await sayAgain(after.bot, run);
  await after.bot.untilEnd(run);
  expect(after.bot.engine.modelTroubles).toEqual([]);
});

async function asking(on: Bot, task: string): Promise<string> {
  const runId = await on.launch(task);
  await on.untilStatus(runId, "waiting_human_input");
  return runId;
}

test("when the run that asks fails for another reason, the next one asks", async () => {
  const badField = failure(400, { error: { message: "No such parameter", code: "bad_request" } });
  await using server = await sseServer(refusedKey, badField, refusedKey);
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const { bot: on } = await bot(testModel(server.url), store);
  onTestFinished(() => on.stop());
  const first = await asking(on, "one");
  await sayAgain(on, first);
  expect((await on.untilEnd(first)).phase.at).toBe("failed");
  await asking(on, "two");
});

test("when the run that asks is stopped at another process, the next one asks", async () => {
  await using server = await sseServer(refusedKey);
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  let hear: Parameters<Store["watch"]>[0] = () => {};
  const watched: Store = {
    ...store,
    watch: async (changed) => {
      hear = changed;
    },
  };
  const { bot: on } = await bot(testModel(server.url), watched);
  onTestFinished(() => on.stop());
  const first = await asking(on, "one");
  const other = await startBot({ model: testModel(server.url), store, role: { works: false, speaks: true } });
  onTestFinished(() => other.stop());
  await other.engine.command(first, { type: "cancel", reason: "not needed", ...by }, null);
  const { version } = await other.untilEnd(first);
  hear({ runId: first, version, ended: true, due: false });
  await asking(on, "two");
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
