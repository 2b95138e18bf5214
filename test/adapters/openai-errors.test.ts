/** Every way in which the model can fail us, as the one error that the engine and a person read. */
import { LLMock } from "@copilotkit/aimock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { retryAfterMs } from "../../adapters/openai/retry-after.ts";
import { errorOf, secretKey, testModel } from "../support/model/openai.ts";
import { modelRequest, user } from "../support/model/request.ts";
import {
  failure,
  responsesStream,
  silence,
  silentStream,
  sseServer,
  stream,
  tornStream,
} from "../support/model/sse.ts";

const request = modelRequest([user("go")]);

describe("against a mock of OpenAI", () => {
  let mock: LLMock;
  beforeEach(async () => {
    mock = new LLMock({ host: "127.0.0.1", port: 0, strict: true });
    await mock.start();
  });
  afterEach(() => mock.stop());

  test("a rate limit says how long to wait, and the SDK does not retry by itself", async () => {
    const error = { message: "Slow down", code: "rate_limit_exceeded" };
    mock.addFixtures([{ match: { userMessage: "go" }, response: { error, status: 429, retryAfter: 7 } }]);
    const failed = await errorOf(testModel(`${mock.url}/v1`), request);
    expect(failed).toMatchObject({ code: "rate_limited", retryable: true, retryAfterMs: 7000 });
    expect(failed.message).toContain("7 s");
    expect(mock.getRequests()).toHaveLength(1);
  });

  test("a server error may be gone later", async () => {
    mock.addFixtures([
      { match: { userMessage: "go" }, response: { error: { message: "Oops" }, status: 500 } },
    ]);
    const failed = await errorOf(testModel(`${mock.url}/v1`), request);
    expect(failed).toMatchObject({ code: "overloaded", retryable: true });
    expect(mock.getRequests()).toHaveLength(1);
  });

  test.each(["responses", "chat"] as const)("a stream cut in the middle is no answer (%s)", async (api) => {
    const toolCalls = [{ id: "call_a", name: "sum_numbers", arguments: '{"a":1,"b":2}' }];
    mock.addFixtures([{ match: { userMessage: "go" }, response: { toolCalls }, truncateAfterChunks: 3 }]);
    const failed = await errorOf(testModel(`${mock.url}/v1`, { api }), request);
    expect(["connection", "stream_cut"]).toContain(failed.code);
    expect(failed.retryable).toBe(true);
  });
});

const openaiError = (code: string | null, message = "It failed.", type = "invalid_request_error") => ({
  error: { code, message, type, param: null },
});

test.each([
  [429, openaiError("insufficient_quota"), "quota", false],
  [402, openaiError(null, "Payment required"), "quota", false],
  [401, openaiError("invalid_api_key", `Incorrect key ${secretKey}`), "auth", false],
  [403, openaiError("unsupported_country"), "auth", false],
  [400, openaiError("context_length_exceeded"), "context_overflow", false],
  [400, openaiError(null, "This model's maximum context length is 8192 tokens"), "context_overflow", false],
  [413, openaiError(null, "Payload too large"), "context_overflow", false],
  [400, openaiError("invalid_function_parameters"), "bad_request", false],
  [404, openaiError("model_not_found"), "bad_request", false],
  [422, openaiError(null), "bad_request", false],
  [408, openaiError(null), "timeout", true],
  [409, openaiError(null), "overloaded", true],
  [503, openaiError(null), "overloaded", true],
  [529, openaiError("overloaded_error"), "overloaded", true],
])("HTTP %i with %o is told as %s", async (status, body, code, retryable) => {
  await using server = await sseServer(failure(status, body));
  const failed = await errorOf(testModel(server.url), request);
  expect(failed).toMatchObject({ code, retryable });
  expect(failed.message).not.toContain(body.error.message);
  expect(String(failed.cause)).not.toContain(secretKey);
  expect(server.bodies).toHaveLength(1);
});

test.each([
  [{ type: "error", code: "server_error", message: "Sorry" }, "overloaded", true],
  [{ type: "error", error: { code: "rate_limit_exceeded", message: "Slow" } }, "rate_limited", true],
  [{ error: { code: 502, message: "Upstream failed" } }, "overloaded", true],
  [{ error: { code: 401, message: "No" } }, "auth", false],
  [
    { type: "response.failed", response: { error: { code: "server_error", message: "Sorry" } } },
    "overloaded",
    true,
  ],
  [
    { type: "response.failed", response: { error: { code: "invalid_prompt", message: "No" } } },
    "bad_request",
    false,
  ],
  [
    {
      type: "response.failed",
      response: { error: { code: "x", message: "Input exceeds the context window" } },
    },
    "context_overflow",
    false,
  ],
  [{ type: "response.failed", response: { error: null } }, "overloaded", true],
])("an error inside the stream (%o) is told as %s", async (event, code, retryable) => {
  await using server = await sseServer(stream(...responsesStream([]).slice(0, 1), event));
  expect(await errorOf(testModel(server.url), request)).toMatchObject({ code, retryable });
});

const whole = responsesStream([{ type: "function_call", call_id: "c", name: "power", arguments: "{}" }]);

test("a stream that ends cleanly before its terminal event is no answer", async () => {
  await using server = await sseServer(stream(...whole.slice(0, -1)));
  expect(await errorOf(testModel(server.url), request)).toMatchObject({
    code: "stream_cut",
    retryable: true,
  });
});

test("an empty stream is no answer", async () => {
  await using server = await sseServer(stream());
  expect(await errorOf(testModel(server.url), request)).toMatchObject({
    code: "stream_cut",
    retryable: true,
  });
});

test("a connection torn down in the middle may work again", async () => {
  await using server = await sseServer(tornStream(...whole.slice(0, -1)));
  expect(await errorOf(testModel(server.url), request)).toMatchObject({
    code: "connection",
    retryable: true,
  });
});

test("broken JSON in the stream is no answer", async () => {
  await using server = await sseServer(stream(...whole.slice(0, 1), 'data: {"type":\n\n'));
  expect(await errorOf(testModel(server.url), request)).toMatchObject({
    code: "stream_cut",
    retryable: true,
  });
});

test("a server that nobody runs is told with its address", async () => {
  const server = await sseServer(silence);
  await server[Symbol.asyncDispose]();
  const failed = await errorOf(testModel(server.url), request);
  expect(failed).toMatchObject({ code: "connection", retryable: true });
  expect(failed.message).toContain("ECONNREFUSED");
  expect(failed.message).toContain(new URL(server.url).host);
});

test("a server that never begins to answer runs into the first limit", async () => {
  await using server = await sseServer(silence);
  const model = testModel(server.url, { timeouts: { firstByteMs: 30, answerMs: 60_000 } });
  expect(await errorOf(model, request)).toMatchObject({ code: "timeout", retryable: true });
});

test("a server that never ends its answer runs into the second limit", async () => {
  await using server = await sseServer(silentStream(...whole.slice(0, -1)));
  const model = testModel(server.url, { timeouts: { firstByteMs: 60_000, answerMs: 200 } });
  expect(await errorOf(model, request)).toMatchObject({ code: "timeout", retryable: true });
});

test.each(["responses", "chat"] as const)(
  "stopping it in the middle of a stream is told as such (%s)",
  async (api) => {
    const stop = new AbortController();
    await using server = await sseServer((response, incoming) => {
      silentStream(...whole.slice(0, 1))(response, incoming);
      stop.abort();
    });
    expect(await errorOf(testModel(server.url, { api }), request, stop.signal)).toMatchObject({
      code: "aborted",
    });
  },
);

test("a call that is stopped before it begins sends nothing", async () => {
  await using server = await sseServer(stream(...whole));
  expect(await errorOf(testModel(server.url), request, AbortSignal.abort())).toMatchObject({
    code: "aborted",
  });
  expect(server.bodies).toHaveLength(0);
});

test.each([
  [{ "retry-after-ms": "1500", "retry-after": "9" }, 1500],
  [{ "retry-after": "20" }, 20_000],
  [{ "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT" }, 30_000],
  [{ "retry-after": "Wed, 21 Oct 2020 07:28:00 GMT" }, 0],
  [{ "retry-after": "soon" }, null],
  [{}, null],
])("the headers %o ask to wait %s ms", (headers, wait) => {
  const now = Date.parse("2026-10-21T07:28:00Z");
  expect(retryAfterMs(new Headers(headers as Record<string, string>), now)).toBe(wait);
});
