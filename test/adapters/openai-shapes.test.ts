/**
 * Answers in every shape in which servers are known to send them: nothing chosen is lost, nothing
 * broken passes for an answer.
 */
import { describe, expect, test } from "vitest";
import type { ModelAnswer } from "../../src/core/ports/model.ts";
import { errorOf, everyFeature, testModel } from "../support/model/openai.ts";
import { modelRequest, result, told, user } from "../support/model/request.ts";
import { chatStream, responsesStream, type Script, sseServer, stream, whole } from "../support/model/sse.ts";

const signal = new AbortController().signal;
const request = modelRequest([user("go")]);
const apis = ["chat", "responses"] as const;
type Api = (typeof apis)[number];

async function answerOf(api: Api, script: Script): Promise<ModelAnswer> {
  await using server = await sseServer(script);
  return await testModel(server.url, { api }).answer(request, signal);
}

async function failureOf(api: Api, script: Script) {
  await using server = await sseServer(script);
  return await errorOf(testModel(server.url, { api }), request);
}

function partOf(list: unknown, at: number): unknown {
  return Array.isArray(list) ? list[at] : undefined;
}

const fn = (name: string | undefined, args: unknown) => ({ function: { name, arguments: args } });

function calling(api: Api, args: unknown): { streamed: Script; inOnePiece: Script } {
  const call = { id: "c1", type: "function", ...fn("power", args) };
  const message = { role: "assistant", content: null, tool_calls: [call] };
  const item = { type: "function_call", call_id: "c1", name: "power", arguments: args };
  const response = { model: "m", status: "completed", output: [item] };
  return api === "chat"
    ? {
        streamed: stream(...chatStream([{ tool_calls: [{ index: 0, ...call }] }], "tool_calls")),
        inOnePiece: whole({ model: "m", choices: [{ index: 0, message, finish_reason: "tool_calls" }] }),
      }
    : { streamed: stream(...responsesStream([item])), inOnePiece: whole(response) };
}

function saying(api: Api, content: unknown): Script {
  const message = { type: "message", role: "assistant", content };
  return api === "chat" ? stream(...chatStream([{ content }])) : stream(...responsesStream([message]));
}

describe.each(apis)("arguments in a call of the API %s", (api) => {
  test.each<[string, unknown, string]>([
    ["a string", '{"base":2}', '{"base":2}'],
    ["an object", { base: 2, deep: { list: [1, "a", null] } }, '{"base":2,"deep":{"list":[1,"a",null]}}'],
    ["parts of text", [{ type: "text", text: '{"base":' }, { text: "2}" }], '{"base":2}'],
    ["a list of strings", ['{"base":', "2}"], '{"base":2}'],
    ["nothing", null, ""],
    ["an empty list", [], ""],
    [
      "an object with an id beyond what a number keeps",
      { base: 1234567890123456789n },
      '{"base":1234567890123456768}',
    ],
  ])("%s", async (_, sent, expected) => {
    const args = JSON.parse(
      JSON.stringify(sent, (_key, value) => (typeof value === "bigint" ? Number(value) : value)),
    );
    const { streamed, inOnePiece } = calling(api, args);
    const calls = [{ id: "c1", tool: "power", arguments: expected }];
    expect((await answerOf(api, streamed)).calls).toEqual(calls);
    expect((await answerOf(api, inOnePiece)).calls).toEqual(calls);
  });

  test.each([[7], [true], [[1, 2]]])("%j is told with words, and is no result", async (args) => {
    const { streamed, inOnePiece } = calling(api, args);
    for (const script of [streamed, inOnePiece]) {
      const error = await failureOf(api, script);
      expect(error).toMatchObject({ code: "bad_answer", retryable: false });
      expect(error.message).toContain("the arguments of a call");
      expect(String(error.cause)).toContain(JSON.stringify(args));
    }
  });

  test("go back to the server as the JSON text of an object", async () => {
    for (const [sent, back] of [
      [{ base: 2 }, '{"base":2}'],
      ['{"base":', "{}"],
      ["", "{}"],
    ]) {
      await using server = await sseServer(calling(api, sent).streamed);
      const model = testModel(server.url, { api });
      const first = await model.answer(request, signal);
      await model.answer(modelRequest([user("go"), told(first), result("c1", "4")]), signal);
      expect(JSON.stringify(server.bodies[1])).toContain(`"arguments":${JSON.stringify(back)}`);
    }
  });
});

describe.each(apis)("the text of an answer of the API %s", (api) => {
  test.each([
    ["a string", "It is noon.", "It is noon."],
    [
      "parts",
      [
        { type: "text", text: "It is " },
        { type: "output_text", text: "noon." },
      ],
      "It is noon.",
    ],
    [
      "parts with thoughts",
      [
        { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
        { type: "text", text: "Noon." },
      ],
      "Noon.",
    ],
    ["nothing", null, null],
  ])("as %s", async (_, content, text) => {
    expect((await answerOf(api, saying(api, content))).text).toBe(text);
  });

  test.each([[7], [[{ type: "image_url", image_url: {} }]]])("as %j is told with words", async (content) => {
    const error = await failureOf(api, saying(api, content));
    expect(error).toMatchObject({
      code: "bad_answer",
      message: expect.stringContaining("the text of an answer"),
    });
  });
});

const sum = { tool: "sum_numbers", arguments: '{"a":1,"b":2}' };
const power = { tool: "power", arguments: '{"base":2}' };
const chatCalls: [string, object[], object[]][] = [
  [
    "two whole calls at index 0 without ids",
    [
      { index: 0, ...fn("sum_numbers", sum.arguments) },
      { index: 0, ...fn("power", power.arguments) },
    ],
    [sum, power],
  ],
  [
    "the same call twice at index 0 without ids",
    [
      { index: 0, ...fn("power", "{}") },
      { index: 0, ...fn("power", power.arguments) },
    ],
    [{ ...power, arguments: "{}" }, power],
  ],
  [
    "a name in each piece, without ids",
    [
      { index: 0, ...fn("power", '{"base"') },
      { index: 0, ...fn("power", ":2}") },
    ],
    [power],
  ],
  [
    "an id that comes late",
    [
      { index: 0, ...fn("power", "") },
      { index: 0, id: "p1", ...fn(undefined, power.arguments) },
    ],
    [power],
  ],
  [
    "an empty object before the arguments",
    [
      { index: 0, id: "p1", ...fn("power", "{}") },
      { index: 0, ...fn(undefined, power.arguments) },
    ],
    [power],
  ],
  ["neither index nor id", [fn("sum_numbers", sum.arguments), fn("power", power.arguments)], [sum, power]],
];

test("a message that repeats beside each piece what there is so far is not told twice", async () => {
  const chunk = (content: string, soFar: string, finish_reason: string | null) => ({
    choices: [
      { index: 0, delta: { content }, message: { role: "assistant", content: soFar }, finish_reason },
    ],
  });
  const script = stream(chunk("It is ", "It is ", null), chunk("noon.", "It is noon.", "stop"));
  expect((await answerOf("chat", script)).text).toBe("It is noon.");
});

test.each(["tool_calls", "stop"])(
  "calls of a whole answer are one each, also with one id or none (%s)",
  async (finish) => {
    const calls = [
      fn("power", ""),
      fn("power", ""),
      { id: "twin", ...fn("sum_numbers", "{}") },
      { id: "twin", ...fn("power", "{}") },
    ];
    const message = { role: "assistant", content: null, tool_calls: calls };
    const answer = await answerOf("chat", whole({ choices: [{ index: 0, message, finish_reason: finish }] }));
    expect(answer.calls.map(({ tool }) => tool)).toEqual(["power", "power", "sum_numbers", "power"]);
  },
);

describe("calls of a Chat stream", () => {
  test.each(chatCalls)("with %s", async (_, pieces, expected) => {
    const deltas = pieces.map((piece) => ({ tool_calls: [piece] }));
    const { calls } = await answerOf("chat", stream(...chatStream(deltas, "tool_calls")));
    expect(calls).toMatchObject(expected);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(expected.length);
    expect((await answerOf("chat", stream(...chatStream([{ tool_calls: pieces }])))).calls).toMatchObject(
      expected,
    );
  });

  test("in the form of the API's first days", async () => {
    const deltas = [
      { function_call: { name: "power", arguments: '{"base"' } },
      { function_call: { arguments: ":2}" } },
    ];
    expect((await answerOf("chat", stream(...chatStream(deltas, "function_call")))).calls).toMatchObject([
      power,
    ]);
  });

  test("that are announced and never come are no empty answer", async () => {
    const error = await failureOf("chat", stream(...chatStream([], "tool_calls")));
    expect(error).toMatchObject({ code: "bad_answer", message: expect.stringContaining("calls") });
  });
});

const item = (call_id: string, name: string, args: string, more: object = {}) => ({
  type: "function_call",
  call_id,
  name,
  arguments: args,
  ...more,
});
const both = [item("c1", "sum_numbers", sum.arguments), item("c2", "power", power.arguments)];
const done = (output_index: number | undefined, one: object) => ({
  type: "response.output_item.done",
  output_index,
  item: one,
});
const end = (output?: object[]) => ({
  type: "response.completed",
  response: { model: "m", status: "completed", ...(output ? { output } : {}) },
});

describe("items of a Responses stream", () => {
  test.each<[string, object[]]>([
    ["two at the same place", [done(0, both[0] ?? {}), done(0, both[1] ?? {}), end([])]],
    ["two at no place", [done(undefined, both[0] ?? {}), done(undefined, both[1] ?? {}), end()]],
    ["more in the terminal event's list", [done(0, both[0] ?? {}), end(both)]],
    [
      "fewer in the terminal event's list",
      [done(0, both[0] ?? {}), done(1, both[1] ?? {}), end([both[1] ?? {}])],
    ],
    ["another one in each", [done(0, both[0] ?? {}), end([both[1] ?? {}])]],
    ["only the terminal event's list", [end(both)]],
    ["one told twice", [done(0, both[0] ?? {}), done(0, both[0] ?? {}), done(1, both[1] ?? {}), end()]],
    [
      "beginnings and pieces alone",
      [
        {
          type: "response.output_item.added",
          output_index: 0,
          item: item("c1", "sum_numbers", "", { id: "f1" }),
        },
        { type: "response.function_call_arguments.delta", output_index: 0, item_id: "f1", delta: '{"a":1,' },
        { type: "response.function_call_arguments.delta", output_index: 0, item_id: "f1", delta: '"b":2}' },
        { type: "response.output_item.added", output_index: 1, item: item("c2", "power", "", { id: "f2" }) },
        {
          type: "response.function_call_arguments.done",
          output_index: 1,
          item_id: "f2",
          arguments: power.arguments,
        },
        end([]),
      ],
    ],
  ])("%s: each call is there once", async (_, events) => {
    const answer = await answerOf("responses", stream(...events));
    expect([...answer.calls].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: "c1", ...sum },
      { id: "c2", ...power },
    ]);
  });

  test("whose text comes in pieces alone", async () => {
    const delta = (text: string) => ({ type: "response.output_text.delta", output_index: 0, delta: text });
    expect((await answerOf("responses", stream(delta("It is "), delta("noon."), end([])))).text).toBe(
      "It is noon.",
    );
  });

  test("keep the reasoning that only their own event has in full", async () => {
    const reasoning = { type: "reasoning", id: "rs_1", encrypted_content: "opaque", summary: [] };
    const listed = [{ ...reasoning, encrypted_content: null }, ...both];
    const answer = await answerOf("responses", stream(done(0, reasoning), end(listed)));
    expect(answer.items[0]).toEqual(reasoning);
  });
});

test.each(apis)("an error in one piece is told as any other (%s)", async (api) => {
  const error = await failureOf(api, whole({ error: { code: 429, message: "slow down" } }));
  expect(error).toMatchObject({ code: "rate_limited", retryable: true });
});

test("ids that are numbers, names that no API allows: what goes back is what a strict server takes", async () => {
  const call = { index: 0, id: 7, ...fn("functions.sum numbers", "{}") };
  await using server = await sseServer(stream(...chatStream([{ tool_calls: [call] }])));
  const model = testModel(server.url, { api: "chat" });
  const first = await model.answer(request, signal);
  expect(first.calls).toEqual([{ id: "7", tool: "functions.sum numbers", arguments: "{}" }]);
  await model.answer(modelRequest([user("go"), told(first), result("7", "there is no such tool")]), signal);
  expect(server.bodies[1]?.messages).toMatchObject([
    {},
    {},
    { tool_calls: [{ id: "7", function: { name: "functions_sum_numbers" } }] },
    { role: "tool", tool_call_id: "7" },
  ]);
});

describe("what the server adds to an answer", () => {
  const signature = { google: { thought_signature: "c2lnbmVk" } };
  const deltas = [
    { role: "assistant", reasoning_content: "First " },
    { reasoning_content: "the sum.", reasoning_details: [{ type: "reasoning.text", index: 0, text: "A" }] },
    { reasoning_details: [{ type: "reasoning.text", index: 0, text: "B", signature: "s" }] },
    { tool_calls: [{ index: 0, id: "c1", extra_content: signature, ...fn("power", "{}") }] },
  ];
  const added = {
    reasoning_content: "First the sum.",
    reasoning_details: [{ type: "reasoning.text", index: 0, text: "AB", signature: "s" }],
  };
  const message = {
    role: "assistant",
    content: null,
    ...added,
    tool_calls: [{ id: "c1", type: "function", extra_content: signature, ...fn("power", "{}") }],
  };
  const inOnePiece = whole({ choices: [{ message, finish_reason: "tool_calls" }] });

  test.each([
    ["in pieces", stream(...chatStream(deltas, "tool_calls"))],
    ["in one piece", inOnePiece],
  ])("goes back to the same provider and model, byte for byte (%s)", async (_, script) => {
    await using server = await sseServer(script);
    const model = testModel(server.url, { api: "chat" });
    const first = await model.answer(request, signal);
    const history = modelRequest([user("go"), told(first), result("c1", "4")]);
    await model.answer(history, signal);
    expect(partOf(server.bodies[1]?.messages, 2)).toEqual(message);
    await model.answer({ ...history, model: "another" }, signal);
    const elsewhere = JSON.stringify(server.bodies[2]?.messages);
    expect(elsewhere).not.toMatch(/reasoning|extra_content/);
    expect(elsewhere).toContain('"c1"');
  });

  test("is left out where the server refuses its own field, the rest stays", async () => {
    await using server = await sseServer(inOnePiece, (response, incoming) => {
      const refuses = JSON.stringify(server.bodies.at(-1)).includes("reasoning_details");
      const words = { error: { message: "'messages.2' : property 'reasoning_details' is unsupported" } };
      if (!refuses) return inOnePiece(response, incoming);
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify(words));
    });
    const model = testModel(server.url, { api: "chat" });
    const first = await model.answer(request, signal);
    await model.answer(modelRequest([user("go"), told(first), result("c1", "4")]), signal);
    const { reasoning_details: _, ...rest } = message;
    expect(partOf(server.bodies[2]?.messages, 2)).toEqual(rest);
  });

  test("stays with the items of the Responses API too", async () => {
    const odd = item("c1", "power", "{}", { id: "f1", status: "completed", provider_data: { sealed: "x" } });
    await using server = await sseServer(stream(...responsesStream([odd])));
    const model = testModel(server.url, { features: everyFeature });
    const first = await model.answer(request, signal);
    await model.answer(modelRequest([user("go"), told(first), result("c1", "4")]), signal);
    expect(partOf(server.bodies[1]?.input, 1)).toEqual(odd);
  });
});
