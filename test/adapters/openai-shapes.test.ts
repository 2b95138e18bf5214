/** Answers in every shape that servers are known to send: nothing chosen is lost, nothing broken passes for one. */
import { describe, expect, test } from "vitest";
import { everyFeature, testModel } from "../support/model/openai.ts";
import { modelRequest, result, told, user } from "../support/model/request.ts";
import {
  answerOf,
  apis,
  calling,
  failureOf,
  fn,
  item,
  partOf,
  request,
  saying,
  signal,
} from "../support/model/shapes.ts";
import { chatStream, responsesStream, sseServer, stream, whole } from "../support/model/sse.ts";

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
