/** The Chat driver, through the real SDK, against a mock product and a raw server. */
import { LLMock } from "@copilotkit/aimock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errorOf, everyFeature, testModel } from "../support/model/openai.ts";
import { modelRequest, result, told, user } from "../support/model/request.ts";
import { chatStream, sseServer, stream } from "../support/model/sse.ts";

const signal = new AbortController().signal;

describe("against a mock of OpenAI", () => {
  let mock: LLMock;
  beforeEach(async () => {
    mock = new LLMock({ host: "127.0.0.1", port: 0, strict: true, chunkSize: 4 });
    await mock.start();
  });
  afterEach(() => mock.stop());

  test("text and parallel calls are put together from their pieces", async () => {
    mock.addFixtures([
      {
        match: { userMessage: "add" },
        response: {
          content: "Adding both.",
          toolCalls: [
            { id: "call_a", name: "sum_numbers", arguments: '{"a":1,"b":2}' },
            { id: "call_b", name: "sum_numbers", arguments: '{"a":3,"b":4}' },
          ],
          usage: { prompt_tokens: 50, completion_tokens: 7 },
        },
      },
    ]);
    const model = testModel(`${mock.url}/v1`, { api: "chat" });
    const answer = await model.answer(modelRequest([user("add")]), signal);
    expect(answer.text).toBe("Adding both.");
    expect(answer.calls).toEqual([
      { id: "call_a", tool: "sum_numbers", arguments: '{"a":1,"b":2}' },
      { id: "call_b", tool: "sum_numbers", arguments: '{"a":3,"b":4}' },
    ]);
    expect(answer.usage).toMatchObject({ inputTokens: 50, outputTokens: 7 });
    expect(answer.provider).toMatch(/^openai-chat:127\.0\.0\.1:\d+\/gpt-5$/u);
  });

  test("each request repeats the former messages byte for byte, tool results directly after their calls", async () => {
    mock.addFixtures([
      {
        match: { hasToolResult: false },
        response: { toolCalls: [{ id: "call_a", name: "sum_numbers", arguments: '{ "a": 1, "b": 2 }' }] },
      },
      { match: { toolCallId: "call_a" }, response: { content: "Three." } },
    ]);
    const sent: string[] = [];
    const recording: typeof fetch = (url, init) => {
      sent.push(JSON.stringify(JSON.parse(String(init?.body)).messages));
      return fetch(url, init);
    };
    const model = testModel(`${mock.url}/v1`, { api: "chat", fetch: recording });
    const first = await model.answer(modelRequest([user("go")]), signal);
    const second = await model.answer(modelRequest([user("go"), told(first), result("call_a", "3")]), signal);
    expect(second.text).toBe("Three.");
    expect(sent[1]?.startsWith(sent[0]?.slice(0, -1) ?? "missing")).toBe(true);
    const roles = JSON.parse(sent[1] ?? "").map((message: { role: string }) => message.role);
    expect(roles).toEqual(["system", "user", "assistant", "tool"]);
    expect(sent[1]).toContain(JSON.stringify('{ "a": 1, "b": 2 }'));
  });

  test.each([
    ["length", "length"],
    ["content_filter", "content_filter"],
    ["stop", null],
  ])("the finish reason %s gives the cut %s", async (finishReason, cut) => {
    mock.addFixtures([{ match: { userMessage: "go" }, response: { content: "Some words", finishReason } }]);
    const model = testModel(`${mock.url}/v1`, { api: "chat" });
    expect((await model.answer(modelRequest([user("go")]), signal)).cut).toBe(cut);
  });
});

const piece = (call: object) => ({ tool_calls: [call] });
const fn = (name: string | undefined, args: string) => ({ function: { name, arguments: args } });

test.each([
  [
    "by index, though id and name are repeated",
    [
      piece({ index: 0, id: "a", ...fn("sum_numbers", '{"a":') }),
      piece({ index: 1, id: "b", ...fn("power", "{}") }),
      piece({ index: 0, id: "a", ...fn("sum_numbers", "1}") }),
    ],
    [
      { id: "a", tool: "sum_numbers", arguments: '{"a":1}' },
      { id: "b", tool: "power", arguments: "{}" },
    ],
  ],
  [
    "without an index, by id",
    [
      piece({ id: "a", ...fn("sum_numbers", '{"a":') }),
      piece(fn(undefined, "1}")),
      piece({ id: "b", ...fn("power", "{}") }),
    ],
    [
      { id: "a", tool: "sum_numbers", arguments: '{"a":1}' },
      { id: "b", tool: "power", arguments: "{}" },
    ],
  ],
  [
    "with index 0 for every call",
    [
      piece({ index: 0, id: "a", ...fn("sum_numbers", "{}") }),
      piece({ index: 0, id: "b", ...fn("power", "{") }),
      piece({ index: 0, ...fn(undefined, "}") }),
    ],
    [
      { id: "a", tool: "sum_numbers", arguments: "{}" },
      { id: "b", tool: "power", arguments: "{}" },
    ],
  ],
])("tool calls are merged %s", async (_, deltas, calls) => {
  await using server = await sseServer(stream(...chatStream(deltas, "tool_calls")));
  const answer = await testModel(server.url, { api: "chat" }).answer(modelRequest([user("go")]), signal);
  expect(answer.calls).toEqual(calls);
});

test("calls without an id, or with one that the run has seen, get an id of their own", async () => {
  const deltas = [
    piece({ index: 0, id: "call_0", ...fn("power", "{}") }),
    piece({ index: 1, ...fn("power", "{}") }),
  ];
  await using server = await sseServer(stream(...chatStream(deltas, "tool_calls")));
  const model = testModel(server.url, { api: "chat" });
  const first = await model.answer(modelRequest([user("go")]), signal);
  const results = first.calls.map((call) => result(call.id, "1"));
  const second = await model.answer(modelRequest([user("go"), told(first), ...results]), signal);
  const ids = [...first.calls, ...second.calls].map((call) => call.id);
  expect(ids[0]).toBe("call_0");
  expect(new Set(ids).size).toBe(4);
  await model.answer(modelRequest([user("go"), told(second)]), signal);
  expect(server.bodies[2]?.messages).toMatchObject([
    {},
    {},
    { tool_calls: second.calls.map((call) => ({ id: call.id })) },
  ]);
});

test("broken arguments are passed on as written, but go back to the server as an empty object", async () => {
  const broken = [piece({ index: 0, id: "a", ...fn("power", '{"base":2,') })];
  await using server = await sseServer(
    stream(...chatStream(broken, "tool_calls")),
    stream(...chatStream([])),
  );
  const model = testModel(server.url, { api: "chat" });
  const answer = await model.answer(modelRequest([user("go")]), signal);
  expect(answer.calls[0]?.arguments).toBe('{"base":2,');
  await model.answer(modelRequest([user("go"), told(answer), result("a", "error")]), signal);
  expect(server.bodies[1]?.messages).toMatchObject([
    {},
    {},
    { role: "assistant", tool_calls: [{ id: "a", function: { arguments: "{}" } }] },
    { role: "tool", tool_call_id: "a" },
  ]);
});

test("a refusal is told as one", async () => {
  await using server = await sseServer(stream(...chatStream([{ refusal: "I will " }, { refusal: "not." }])));
  const answer = await testModel(server.url, { api: "chat" }).answer(modelRequest([user("harm")]), signal);
  expect(answer).toMatchObject({ text: null, refusal: "I will not." });
});

test("a stream that ends without a finish reason gives no answer", async () => {
  await using server = await sseServer(stream(...chatStream([{ content: "Half an" }], null)));
  const error = await errorOf(testModel(server.url, { api: "chat" }), modelRequest([user("go")]));
  expect(error).toMatchObject({ code: "stream_cut", retryable: true });
});

test("other hosts get only the common fields, and the usage that the budget needs", async () => {
  await using server = await sseServer(stream(...chatStream([{ content: "ok" }])));
  await testModel(server.url, { api: "chat" }).answer(modelRequest([user("hi")]), signal);
  await testModel(server.url, { api: "chat", features: everyFeature }).answer(
    modelRequest([user("hi")]),
    signal,
  );
  const [plain, full] = server.bodies;
  expect(Object.keys(plain ?? {}).sort()).toEqual(["messages", "model", "stream", "stream_options", "tools"]);
  expect(full).toMatchObject({ store: false, prompt_cache_key: "agent:ops" });
  expect((full?.tools as object[] | undefined)?.[0]).toMatchObject({
    function: { name: "sum_numbers", strict: true },
  });
});

test("the usage chunk without choices and a filter's empty chunks do no harm", async () => {
  const usage = { choices: [], usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } };
  const events = [{ choices: [] }, ...chatStream([{ content: "ok" }]).slice(0, -1), usage];
  await using server = await sseServer(stream(...events));
  const answer = await testModel(server.url, { api: "chat" }).answer(modelRequest([user("hi")]), signal);
  expect(answer).toMatchObject({ text: "ok", usage: { inputTokens: 9, outputTokens: 3 } });
});
