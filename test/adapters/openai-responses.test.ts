/** The Responses driver, through the real SDK, against a mock product and a raw server. */
import { LLMock } from "@copilotkit/aimock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { everyFeature, testModel } from "../support/model/openai.ts";
import { modelRequest, result, told, user } from "../support/model/request.ts";
import { chatStream, responsesStream, sseServer, stream } from "../support/model/sse.ts";

const signal = new AbortController().signal;

describe("against a mock of OpenAI", () => {
  let mock: LLMock;
  beforeEach(async () => {
    mock = new LLMock({ host: "127.0.0.1", port: 0, strict: true });
    await mock.start();
  });
  afterEach(() => mock.stop());

  test("a streamed answer gives its text, its model and its price", async () => {
    mock.addFixtures([
      {
        match: { userMessage: "hello" },
        response: { content: "Good day.", usage: { input_tokens: 1000, output_tokens: 100 } },
      },
    ]);
    const answer = await testModel(`${mock.url}/v1`).answer(modelRequest([user("hello")]), signal);
    expect(answer).toMatchObject({ text: "Good day.", calls: [], refusal: null, cut: null, model: "gpt-5" });
    expect(answer.usage).toMatchObject({ inputTokens: 1000, outputTokens: 100, costUsd: 0.002 });
    expect(answer.provider).toBe(`openai-responses:${new URL(mock.url).host}/gpt-5`);
  });

  test("parallel calls come in the model's order, with their arguments as written", async () => {
    const toolCalls = [
      { id: "call_a", name: "sum_numbers", arguments: '{"a":1,"b":2}' },
      { id: "call_b", name: "no_such_tool", arguments: "{}" },
      { id: "call_c", name: "sum_numbers", arguments: '{"a":1,' },
    ];
    mock.addFixtures([{ match: { userMessage: "add" }, response: { toolCalls } }]);
    const answer = await testModel(`${mock.url}/v1`).answer(modelRequest([user("add")]), signal);
    expect(answer.calls).toEqual(
      toolCalls.map(({ id, name, arguments: args }) => ({ id, tool: name, arguments: args })),
    );
    expect(answer.text).toBeNull();
  });

  test("each request repeats the former one byte for byte and only adds to its end", async () => {
    mock.addFixtures([
      {
        match: { hasToolResult: false },
        response: {
          reasoning: "Add first.",
          toolCalls: [{ id: "call_a", name: "sum_numbers", arguments: '{ "b": 2, "a": 1 }' }],
        },
      },
      {
        match: { toolCallId: "call_a" },
        response: { toolCalls: [{ id: "call_b", name: "multiply_numbers", arguments: '{"a":3,"b":3}' }] },
      },
      { match: { toolCallId: "call_b" }, response: { content: "Nine." } },
    ]);
    const inputs: string[] = [];
    const recording: typeof fetch = (url, init) => {
      inputs.push(JSON.stringify(JSON.parse(String(init?.body)).input));
      return fetch(url, init);
    };
    const model = testModel(`${mock.url}/v1`, { features: everyFeature, fetch: recording });
    const first = await model.answer(modelRequest([user("go")]), signal);
    const input2 = [user("go"), told(first), result("call_a", "3")];
    const second = await model.answer(modelRequest(input2), signal);
    const third = await model.answer(modelRequest([...input2, told(second), result("call_b", "9")]), signal);

    expect(third.text).toBe("Nine.");
    expect(inputs).toHaveLength(3);
    for (const [at, input] of inputs.slice(1).entries()) {
      expect(input.startsWith(inputs[at]?.slice(0, -1) ?? "missing")).toBe(true);
    }
    const reasoning = JSON.parse(inputs[1] ?? "")[1];
    expect(reasoning).toMatchObject({ type: "reasoning", encrypted_content: expect.any(String) });
    expect(inputs[2]).toContain(JSON.stringify('{ "b": 2, "a": 1 }'));
  });
});

test("OpenAI gets the fields that keep the run on our side, other hosts only the common ones", async () => {
  await using server = await sseServer(stream(...responsesStream([])));
  const request = modelRequest([user("hi")]);
  await testModel(server.url, { features: everyFeature }).answer(request, signal);
  await testModel(server.url).answer(request, signal);
  const [full, plain] = server.bodies;
  expect(full).toMatchObject({
    store: false,
    include: ["reasoning.encrypted_content"],
    prompt_cache_key: "agent:ops",
    stream: true,
  });
  expect((full?.tools as object[] | undefined)?.[0]).toMatchObject({
    type: "function",
    name: "sum_numbers",
    strict: true,
  });
  expect(Object.keys(plain ?? {}).sort()).toEqual(["input", "instructions", "model", "stream", "tools"]);
  expect((plain?.tools as object[] | undefined)?.[0]).not.toHaveProperty("strict");
});

test("a schema that strict mode would reject is sent as not strict", async () => {
  await using server = await sseServer(stream(...responsesStream([])));
  const loose = { type: "object", properties: { path: { type: "string" } }, required: [] };
  const [tool] = modelRequest([]).tools;
  if (!tool) throw new Error("no tool");
  const request = modelRequest([user("hi")], [{ ...tool, schema: loose }]);
  await testModel(server.url, { features: everyFeature }).answer(request, signal);
  expect(server.bodies[0]?.tools).toMatchObject([{ strict: false, parameters: loose }]);
});

test("the answers of another provider or model are told in neutral items", async () => {
  await using server = await sseServer(stream(...responsesStream([])));
  const foreign = {
    type: "model",
    text: "Adding.",
    calls: [{ id: "call_1", tool: "sum_numbers", input: { a: 1, b: 2 } }],
    items: [{ type: "reasoning", id: "rs_1", encrypted_content: "opaque" }],
    provider: "openai-responses:elsewhere.example/gpt-4",
  } as const;
  await testModel(server.url).answer(modelRequest([user("go"), foreign, result("call_1", "3")]), signal);
  expect(server.bodies[0]?.input).toEqual([
    { role: "user", content: "go" },
    { role: "assistant", content: "Adding." },
    { type: "function_call", call_id: "call_1", name: "sum_numbers", arguments: '{"a":1,"b":2}' },
    { type: "function_call_output", call_id: "call_1", output: "3" },
  ]);
});

test("a refusal is told as one", async () => {
  const message = {
    type: "message",
    role: "assistant",
    content: [{ type: "refusal", refusal: "I will not." }],
  };
  await using server = await sseServer(stream(...responsesStream([message])));
  const answer = await testModel(server.url).answer(modelRequest([user("harm")]), signal);
  expect(answer).toMatchObject({ text: null, refusal: "I will not.", calls: [], cut: null });
});

test("an answer that the provider stopped in the middle says why", async () => {
  const call = {
    type: "function_call",
    call_id: "call_1",
    name: "sum_numbers",
    arguments: '{"a":',
    status: "incomplete",
  };
  const events = responsesStream([call]).slice(0, -1);
  const incomplete = {
    type: "response.incomplete",
    response: { model: "gpt-5", status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
  };
  await using server = await sseServer(stream(...events, incomplete));
  const answer = await testModel(server.url).answer(modelRequest([user("go")]), signal);
  expect(answer.cut).toBe("max_output_tokens");
});

test("cached input is priced as such, and a price that is not known is said to be unknown", async () => {
  const usage = {
    input_tokens: 2000,
    input_tokens_details: { cached_tokens: 1000 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 4 },
  };
  await using server = await sseServer(stream(...responsesStream([], { usage })));
  const request = modelRequest([user("hi")]);
  const known = await testModel(server.url).answer(request, signal);
  expect(known.usage).toMatchObject({ cachedTokens: 1000, reasoningTokens: 4 });
  expect(known.usage.costUsd).toBeCloseTo(0.0012, 10);
  const unknown = await testModel(server.url, { prices: {} }).answer(request, signal);
  expect(unknown.usage).toMatchObject({ inputTokens: 2000, costUsd: null });
});

test("calls whose ids are missing or used earlier get ids of their own, and go back under them", async () => {
  const call = { type: "function_call", name: "power", arguments: "{}" };
  await using server = await sseServer(stream(...responsesStream([{ ...call, call_id: "call_0" }, call])));
  const model = testModel(server.url);
  const first = await model.answer(modelRequest([user("go")]), signal);
  const input = [user("go"), told(first), ...first.calls.map((one) => result(one.id, "1"))];
  const second = await model.answer(modelRequest(input), signal);
  const ids = [...first.calls, ...second.calls].map((one) => one.id);
  expect(ids[0]).toBe("call_0");
  expect(new Set(ids).size).toBe(4);
  await model.answer(modelRequest([...input, told(second)]), signal);
  const sent = server.bodies[2]?.input as { type?: string; call_id?: string }[];
  expect(sent.flatMap((item) => (item.type === "function_call" ? [item.call_id] : []))).toEqual(ids);
});

test.each([
  [
    "responses",
    responsesStream([
      { type: "function_call", call_id: "twin", name: "power", arguments: "{}" },
      { type: "function_call", call_id: "twin", name: "power", arguments: "{}" },
    ]),
  ],
  [
    "chat",
    chatStream(
      [0, 1].map((index) => ({
        tool_calls: [{ index, id: "twin", function: { name: "power", arguments: "{}" } }],
      })),
      "tool_calls",
    ),
  ],
] as const)(
  "two equal ids in one answer are passed on, and go back as the engine named them (%s)",
  async (api, events) => {
    await using server = await sseServer(stream(...events));
    const model = testModel(server.url, { api });
    const answer = await model.answer(modelRequest([user("go")]), signal);
    expect(answer.calls.map((call) => call.id)).toEqual(["twin", "twin"]);
    const calls = ["twin", "twin~1"].map((id) => ({ id, tool: "power", input: {} }));
    const entry = {
      type: "model" as const,
      text: null,
      calls,
      items: answer.items,
      provider: answer.provider,
    };
    await model.answer(
      modelRequest([user("go"), entry, result("twin", "1"), result("twin~1", "error")]),
      signal,
    );
    expect(
      JSON.stringify(server.bodies[1]).match(/"(?:call_id|id|tool_call_id)":"twin[^"]*"/gu),
    ).toHaveLength(4);
    expect(JSON.stringify(server.bodies[1]).match(/"twin~1"/gu)).toHaveLength(2);
  },
);
