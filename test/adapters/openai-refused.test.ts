/**
 * What is optional in a request never costs the run: a server that refuses it is asked again
 * without it, and remembered.
 */
import { describe, expect, test } from "vitest";
import type { ModelRequest } from "../../src/core/ports/model.ts";
import { errorOf, everyFeature, secretKey, testModel } from "../support/model/openai.ts";
import { modelRequest, result, told, user } from "../support/model/request.ts";
import {
  chatStream,
  failure,
  responsesStream,
  type Script,
  type SseServer,
  sseServer,
  stream,
} from "../support/model/sse.ts";
import { chatHello, extraForbidden, type Rule, strictly, unsupported } from "../support/model/strict.ts";

const signal = new AbortController().signal;
const request = modelRequest([user("go")]);
const said = { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hello." }] };
const hello = { chat: chatHello, responses: stream(...responsesStream([said])) };

async function strictServer(rules: readonly Rule[], answer: Script): Promise<SseServer> {
  const server: SseServer = await sseServer(strictly(() => server, rules, answer));
  return server;
}

const inTools: Rule = (body) =>
  JSON.stringify(body.tools ?? []).includes('"strict":')
    ? {
        status: 400,
        body: {
          error: { message: "Additional properties are not allowed ('strict' was unexpected) - 'tools.0'" },
        },
      }
    : null;

describe.each<["chat" | "responses", string, Rule]>([
  ["responses", "include", unsupported("include", "Encrypted content is not supported with this model.")],
  [
    "responses",
    "prompt_cache_key",
    unsupported("prompt_cache_key", "Unknown parameter: 'prompt_cache_key'."),
  ],
  ["responses", "store", extraForbidden("store")],
  ["responses", "strict", inTools],
  ["responses", "stream", unsupported("stream", "Your organization must be verified to stream this model.")],
  ["chat", "stream_options", extraForbidden("stream_options")],
  [
    "chat",
    "stream_options",
    (body) => ("stream_options" in body ? { status: 400, body: "unknown field: stream_options" } : null),
  ],
  ["chat", "store", unsupported("store", "Unrecognized request argument supplied: store")],
  ["chat", "prompt_cache_key", extraForbidden("prompt_cache_key")],
  ["chat", "strict", inTools],
  [
    "chat",
    "stream",
    (body) =>
      "stream" in body
        ? { status: 500, body: { error: { code: 500, message: "Cannot use tools with stream" } } }
        : null,
  ],
])("a server of the API %s that refuses %s", (api, field, rule) => {
  test("is asked once more without it, and never again with it for this model", async () => {
    await using server = await strictServer([rule], hello[api]);
    const model = testModel(server.url, { api, features: everyFeature });
    const answer = await model.answer(request, signal);
    expect(answer.text).toBe("Hello.");
    expect(answer.leftOut).toEqual([{ field: expect.any(String), words: expect.stringMatching(/\w{4}/) }]);
    expect(server.bodies).toHaveLength(2);
    expect(JSON.stringify(server.bodies[0])).toContain(`"${field}":`);
    const without = JSON.parse(JSON.stringify(server.bodies[0]), (key, value) =>
      key === field ? undefined : value,
    );
    delete without.stream_options;
    expect({ ...server.bodies[1], stream_options: undefined }).toEqual({
      ...without,
      stream_options: undefined,
    });

    expect((await model.answer(request, signal)).leftOut).toBeUndefined();
    expect(server.bodies).toHaveLength(3);
  });
});

test("several refused fields are left out one after the other", async () => {
  const fields = ["store", "stream_options", "prompt_cache_key"];
  await using server = await strictServer(fields.map(extraForbidden), chatHello);
  const answer = await testModel(server.url, { api: "chat", features: everyFeature }).answer(request, signal);
  expect(answer.text).toBe("Hello.");
  expect(server.bodies).toHaveLength(4);
});

test("another model of the same host is asked with everything", async () => {
  await using server = await strictServer(
    [
      (body) =>
        body.model === "gpt-4o" ? unsupported("include", "Encrypted content is not supported.")(body) : null,
    ],
    hello.responses,
  );
  const model = testModel(server.url, { features: everyFeature });
  await model.answer({ ...request, model: "gpt-4o" }, signal);
  await model.answer({ ...request, model: "gpt-5" }, signal);
  expect(server.bodies.map((body) => "include" in body)).toEqual([true, false, true]);
});

test.each([
  ["no field of ours", { error: { message: "temperature is not supported", param: "temperature" } }],
  [
    "a word that is only like a field",
    { error: { message: "You must include the store of a stream in strict mode." } },
  ],
  [
    "a larger context than there is",
    { error: { message: "maximum context length, 'store'", code: "context_length_exceeded" } },
  ],
])("a refusal that names %s is told, and nothing is left out", async (_, body) => {
  await using server = await sseServer(failure(400, body));
  await errorOf(testModel(server.url, { features: everyFeature }), request);
  expect(server.bodies).toHaveLength(1);
});

test("what did not help is not remembered", async () => {
  const both: Rule = () => ({ status: 400, body: { error: { message: "no", param: "store" } } });
  await using server = await strictServer([both], chatHello);
  const model = testModel(server.url, { features: everyFeature });
  await errorOf(model, request);
  await errorOf(model, request);
  expect(server.bodies.map((body) => "store" in body)).toEqual([true, false, true, false]);
});

test("the default is not sent, and the key of the cache is cut to 64 characters, its hash kept", async () => {
  await using server = await sseServer(hello.responses, hello.chat);
  const long: ModelRequest = { ...request, cacheKey: `${"a".repeat(60)}-0123456789abcdef` };
  for (const api of ["responses", "chat"] as const) {
    await testModel(server.url, { api, features: everyFeature }).answer(long, signal);
  }
  for (const body of server.bodies) {
    expect(body).not.toHaveProperty("tool_choice");
    expect(body).not.toHaveProperty("parallel_tool_calls");
    expect(body.prompt_cache_key).toHaveLength(64);
    expect(body.prompt_cache_key).toMatch(/-0123456789abcdef$/);
  }
});

test("a server without a role for instructions gets them with the first words", async () => {
  const rule: Rule = (body) =>
    (body.messages as { role: string }[])[0]?.role === "system"
      ? { status: 400, body: { error: { message: "System role not supported" } } }
      : null;
  await using server = await strictServer([rule], chatHello);
  await testModel(server.url, { api: "chat" }).answer(request, signal);
  expect(server.bodies[1]?.messages).toEqual([
    { role: "user", content: "You are a careful operator.\n\ngo" },
  ]);
});

test("reasoning that the provider does not take back is told in neutral form", async () => {
  const reasoning = { type: "reasoning", id: "rs_1", encrypted_content: "opaque", summary: [] };
  const call = { type: "function_call", id: "fc_1", call_id: "c1", name: "power", arguments: "{}" };
  const rule: Rule = (body) =>
    JSON.stringify(body.input).includes('"reasoning"')
      ? {
          status: 400,
          body: {
            error: {
              message: "The encrypted content could not be verified.",
              code: "invalid_encrypted_content",
            },
          },
        }
      : null;
  await using server = await strictServer([rule], stream(...responsesStream([reasoning, call])));
  const model = testModel(server.url);
  const first = await model.answer(request, signal);
  await model.answer(modelRequest([user("go"), told(first), result("c1", "1")]), signal);
  expect(server.bodies[2]?.input).toEqual([
    { role: "user", content: "go" },
    { type: "function_call", call_id: "c1", name: "power", arguments: "{}" },
    { type: "function_call_output", call_id: "c1", output: "1" },
  ]);
});

test("a server that sends no usage is estimated: the limit of tokens holds, the cost is not known", async () => {
  await using server = await sseServer(stream(...chatStream([{ content: "A long answer of some words." }])));
  const { usage } = await testModel(server.url, { api: "chat" }).answer(request, signal);
  expect(usage).toMatchObject({ estimated: true, costUsd: null });
  expect(usage.inputTokens).toBeGreaterThan(100);
  expect(usage.outputTokens).toBeGreaterThan(5);
});

test.each([
  [{ error: { message: "Bad schema for 'x'", param: "tools[0]" } }, "Bad schema for 'x'"],
  [
    { detail: [{ loc: ["body", "tools", 0], msg: "is wrong", input: { secret: "body" } }] },
    "body.tools.0: is wrong",
  ],
  [{ object: "error", message: "Jinja: oops", code: 400 }, "Jinja: oops"],
  [[{ error: { message: "of a list" } }], "of a list"],
  ["plain words", "plain words"],
])("a 400 keeps the provider's words for the log, however they come (%j)", async (body, words) => {
  await using server = await sseServer(failure(400, body));
  const error = await errorOf(testModel(server.url), request);
  expect(String(error.cause)).toContain(words);
  expect(error.message).not.toContain(words);
});

test.each([
  `Incorrect API key provided: ${secretKey}`,
  "Authorization: Bearer abcdefgh12345678",
  "key=0123456789abcdef0123456789abcdef",
])("and no keys in them (%s)", async (message) => {
  await using server = await sseServer(failure(400, { error: { message } }));
  const { cause } = await errorOf(testModel(server.url), request);
  expect(String(cause)).not.toMatch(/[0-9a-f]{8}/);
  expect(String(cause)).toMatch(/\[key\]|\[secret\]/);
});

test("a page instead of an answer names the variable to look at", async () => {
  const page: Script = (response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<html>Sign in</html>");
  };
  await using server = await sseServer(page);
  const error = await errorOf(testModel(server.url), request);
  expect(error).toMatchObject({ code: "bad_request", message: expect.stringContaining("OPENAI_BASE_URL") });
});
