/**
 * The newcomer's run through the unmodified openai client: streamed calls, and everything that goes wrong on the way.
 */
import { LLMock } from "@copilotkit/aimock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import type { State } from "../../src/core/state.ts";
import { type Bot, operator, startBot } from "../support/bot.ts";
import { testModel } from "../support/model/openai.ts";
import {
  failure,
  responsesStream,
  type Script,
  sseServer,
  stream,
  tornStream,
} from "../support/model/sse.ts";

let mock: LLMock;
let bot: Bot | undefined;

beforeEach(async () => {
  mock = new LLMock({ host: "127.0.0.1", port: 0, strict: true });
  await mock.start();
});
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
  await mock.stop();
});

const task = "What is (17 + 5) * 3, divided by a number you must ask me for?";

async function answerWith(state: State, answer: string): Promise<void> {
  const command = { questionId: null, answer, actor: operator, via: { channel: "console" } } as const;
  const submitted = await (bot as Bot).engine.command(
    state.runId,
    { type: "provide_input", ...command },
    null,
  );
  expect(submitted.ok).toBe(true);
}

function results(state: State): string[] {
  return entriesOf(state).flatMap((entry) => (entry.type === "result" ? [entry.output] : []));
}

test("streamed tool calls lead to a question, the answer goes on, the run completes", async () => {
  const step = (id: string, name: string, input: object) => ({
    toolCalls: [{ id, name, arguments: JSON.stringify(input) }],
    usage: { input_tokens: 100, output_tokens: 20 },
  });
  mock.addFixtures([
    { match: { hasToolResult: false }, response: step("c1", "sum_numbers", { a: 17, b: 5 }) },
    { match: { toolCallId: "c1" }, response: step("c2", "multiply_numbers", { a: 22, b: 3 }) },
    {
      match: { toolCallId: "c2" },
      response: step("c3", "ask_human", { question: "By which number?", choices: null, context: null }),
    },
    { match: { toolCallId: "c3" }, response: step("c4", "divide_numbers", { a: 66, b: 3 }) },
    { match: { toolCallId: "c4" }, response: step("c5", "final_answer", { answer: "It is 22." }) },
  ]);
  bot = await startBot({ model: testModel(`${mock.url}/v1`) });
  const runId = await bot.launch(task);
  await answerWith(await bot.untilStatus(runId, "waiting_human_input"), "3");
  const done = await bot.untilEnd(runId);
  expect(done.phase).toEqual({ at: "complete", answer: "It is 22." });
  expect(results(done).slice(0, 4)).toEqual(["22", "66", '{"answer":"3"}', "22"]);
  expect(done.usage).toMatchObject({
    inputTokens: 500,
    outputTokens: 100,
    costUsd: expect.closeTo(0.0015, 6),
  });
});

test("broken arguments and an unknown tool go back to the model as errors, not into the world", async () => {
  const toolCalls = [
    { id: "c1", name: "sum_numbers", arguments: '{"a":1,' },
    { id: "c2", name: "launch_rockets", arguments: "{}" },
    { id: "c3", name: "sum_numbers", arguments: '{"a":"1","b":2}' },
  ];
  mock.addFixtures([
    { match: { hasToolResult: false }, response: { toolCalls } },
    {
      match: { hasToolResult: true },
      response: { toolCalls: [{ id: "c4", name: "final_answer", arguments: '{"answer":"sorry"}' }] },
    },
  ]);
  bot = await startBot({ model: testModel(`${mock.url}/v1`) });
  const done = await bot.untilEnd(await bot.launch("add"));
  const errors = results(done)
    .slice(0, 3)
    .map((output) => JSON.parse(output) as { error: string; message: string });
  expect(errors.map(({ error }) => error)).toEqual(["invalid_json", "unknown_tool", "invalid_input"]);
  expect(errors[2]?.message).toContain("a");
  expect(done.phase).toEqual({ at: "complete", answer: "sorry" });
});

/** A Responses stream with one call. */
function calling(id: string, name: string, input: object): Script {
  const item = {
    type: "function_call",
    id: `fc_${id}`,
    call_id: id,
    name,
    arguments: JSON.stringify(input),
    status: "completed",
  };
  return stream(...responsesStream([item]));
}

test.each<[string, Script]>([
  [
    "429 with Retry-After",
    failure(429, { error: { message: "slow down", code: "rate_limit_exceeded" } }, { "retry-after": "1" }),
  ],
  ["a stream that is torn in the middle", tornStream(...responsesStream([]).slice(0, 1))],
  ["a stream that ends without its terminal event", stream(...responsesStream([]).slice(0, 1))],
  ["a server error", failure(500, { error: { message: "oops" } })],
])("%s is waited out, outside of the context, and nothing half-said is carried out", async (_, trouble) => {
  await using server = await sseServer(trouble, calling("c1", "final_answer", { answer: "fine" }));
  bot = await startBot({ model: testModel(server.url) });
  const runId = await bot.launch("say fine");
  const done = await bot.untilEnd(runId);
  const types = (await bot.store.read(runId)).map((event) => event.type);
  expect(types).toEqual(["launched", "model_failed", "woke", "model_answered", "completed"]);
  expect(done.phase).toEqual({ at: "complete", answer: "fine" });
  expect(entriesOf(done).filter((entry) => entry.type === "notice")).toEqual([]);
});

test("an exhausted quota is told to a person, whose word tries again", async () => {
  const quota = failure(429, { error: { message: "no money", code: "insufficient_quota" } });
  await using server = await sseServer(quota, calling("c1", "final_answer", { answer: "fine" }));
  bot = await startBot({ model: testModel(server.url) });
  const runId = await bot.launch("say fine");
  const asking = await bot.untilStatus(runId, "waiting_human_input");
  expect(asking.questions[0]?.text).toMatch(/no credit left.*then try again\.$/);
  expect(server.bodies).toHaveLength(1);
  const by = { actor: operator, via: { channel: "console" } };
  const word = { type: "provide_input", questionId: null, answer: "continue", ...by } as const;
  await bot.engine.command(runId, word, null);
  expect((await bot.untilEnd(runId)).phase).toEqual({ at: "complete", answer: "fine" });
});
