/** Bodies and headers that are wrong: the first rows of the table of bad inputs. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { expectProblem } from "../support/http/problem.ts";
import { bench, type CallOptions } from "../support/http/server.ts";

const json = { "content-type": "application/json" };
const raw = (body: BodyInit, headers: Record<string, string> = json): CallOptions => ({ body, headers });
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

/** A megabyte and more that arrives in pieces, without a declared length. */
function endless(): ReadableStream<Uint8Array> {
  const piece = new TextEncoder().encode(" ".repeat(64 * 1024));
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent++ < 40) controller.enqueue(piece);
      else controller.close();
    },
  });
}

const rows = [
  ["broken JSON", raw('{"input_prompt": }'), 400, "invalid_json"],
  ["an empty body", raw(""), 400, "invalid_json"],
  ["bytes that are no UTF-8", raw(new Uint8Array([0x22, 0xff, 0x22])), 400, "invalid_json"],
  ["a body over 1 MiB", raw(`{"input_prompt":"${"x".repeat(1024 * 1024)}"}`), 413, "body_too_large"],
  [
    "a declared length over 1 MiB",
    raw("{}", { ...json, "content-length": "1048577" }),
    413,
    "body_too_large",
  ],
  ["an endless stream", raw(endless()), 413, "body_too_large"],
  [
    "a compressed body",
    raw(gzipSync("{}"), { ...json, "content-encoding": "gzip" }),
    415,
    "encoding_not_supported",
  ],
  ["brotli", raw("{}", { ...json, "content-encoding": "br" }), 415, "encoding_not_supported"],
  [
    "a form",
    raw("a=b", { "content-type": "application/x-www-form-urlencoded" }),
    415,
    "unsupported_media_type",
  ],
  [
    "multipart",
    raw("x", { "content-type": "multipart/form-data; boundary=x" }),
    415,
    "unsupported_media_type",
  ],
  ["no content type", raw(new Uint8Array([123, 125]), {}), 415, "unsupported_media_type"],
  ["65 levels", raw(`{"input_prompt":${nested(64)}}`), 400, "too_deep"],
  ["half a megabyte of brackets", raw(nested(250_000)), 400, "too_deep"],
  ["brackets that never close", raw("[".repeat(500_000)), 400, "too_deep"],
  ["__proto__", raw('{"input_prompt":"a","__proto__":{"x":1}}'), 422, "forbidden_key"],
  ["constructor", raw('{"input_prompt":"a","agent":{"constructor":1}}'), 422, "forbidden_key"],
  ["prototype", raw('{"prototype":1}'), 422, "forbidden_key"],
  ["an unknown field", { json: { input_prompt: "a", agnet: "x" } }, 422, "validation_failed"],
  ["a wrong type", { json: { input_prompt: 7 } }, 422, "validation_failed"],
  ["a missing field", { json: {} }, 422, "validation_failed"],
  ["no object", { json: ["a"] }, 422, "validation_failed"],
  ["a task that is too long", { json: { input_prompt: "x".repeat(32_769) } }, 422, "validation_failed"],
  ["a NUL", { json: { input_prompt: "a\u0000b" } }, 422, "validation_failed"],
  ["an empty task", { json: { input_prompt: "  " } }, 422, "empty_text"],
  ["an unknown agent", { json: { input_prompt: "a", agent: "nobody" } }, 422, "unknown_agent"],
] as const satisfies [string, CallOptions, number, string][];

describe("POST /agent/launch refuses", () => {
  test.each(rows)("%s", async (_, options, status, code) => {
    using b = await bench();
    await expectProblem(await b.call("POST", "/agent/launch", options), status, code);
    expect(await b.engine.store.runs({ limit: 10 })).toEqual([]);
    expect(b.bugs).toEqual([]);
  });
});

test("the words for broken JSON name the byte and echo nothing of the body", async () => {
  using b = await bench();
  const body = '{"ö": 1, "secret-word" 2}';
  const problem = await expectProblem(await b.call("POST", "/agent/launch", raw(body)), 400, "invalid_json");
  expect(problem.detail).toMatch(/at byte 24/);
  expect(problem.detail).not.toContain("secret-word");
});

test("each invalid field is named by a pointer", async () => {
  using b = await bench();
  const body = { input_prompt: 7, "a/b": 1 };
  const problem = await expectProblem(
    await b.call("POST", "/agent/launch", { json: body }),
    422,
    "validation_failed",
  );
  expect(problem.errors?.map((error) => error.pointer).sort()).toEqual(["/a~1b", "/input_prompt"]);
});

test("a number as an id is answered with what to do", async () => {
  using b = await bench();
  const options = raw('{"id": 90071992547409931234}');
  const problem = await expectProblem(
    await b.call("POST", "/agent/pause", options),
    422,
    "validation_failed",
  );
  expect(problem.errors).toEqual([
    { pointer: "/id", detail: expect.stringMatching(/^The number 90071992547409931234 .*Send it as text/) },
  ]);
});

test("lone surrogates are replaced, so that every database takes the text", async () => {
  using b = await bench();
  const response = await b.call("POST", "/agent/launch", raw('{"input_prompt":"a\\ud800b"}'));
  expect(await response.json()).toMatchObject({ task: "a\ufffdb" });
});

test("64 levels and identity encoding are still read", async () => {
  using b = await bench();
  const run = await b.launch();
  const body = `{"id":"${run.id}","question_id":"q","input":${nested(63)}}`;
  const response = await b.call(
    "POST",
    "/agent/approve",
    raw(body, { ...json, "content-encoding": "identity" }),
  );
  await expectProblem(response, 404, "question_not_found");
});

test("the agents one may launch are named beside an unknown one", async () => {
  using b = await bench();
  const options: CallOptions = { as: "machine", json: { input_prompt: "a", agent: "nobody" } };
  const problem = await expectProblem(await b.call("POST", "/agent/launch", options), 422, "unknown_agent");
  expect(problem.agents).toEqual(["helper"]);
});

describe("what does not fit is said with what belongs there and what was found", () => {
  test.each<[string, "POST" | "GET", string, CallOptions, string]>([
    ["a missing field", "POST", "/agent/launch", { json: {} }, "/input_prompt: is missing; give text."],
    [
      "a wrong kind",
      "POST",
      "/agent/launch",
      { json: { input_prompt: ["a"] } },
      "/input_prompt: must be text; found a list.",
    ],
    [
      "a name that nothing reads",
      "POST",
      "/agent/say",
      { json: { id: "r", text: "a", txt: "a" } },
      "/txt: is not known (did you mean text?); known are id, text.",
    ],
    ["no object", "POST", "/agent/launch", { json: [] }, "The body: must be an object; found a list."],
    ["a query", "GET", "/agent/runs?limit=many", {}, "/limit: must be a number; found no number."],
    ["one out of range", "GET", "/agent/runs?limit=0", {}, "/limit: must be at least 1; found the number 0."],
    [
      "a word of few",
      "GET",
      "/agent/runs?asking=yes",
      {},
      '/asking: must be one of "true", "false"; found "yes".',
    ],
  ])("%s", async (_, method, path, options, detail) => {
    using b = await bench();
    const problem = await expectProblem(await b.call(method, path, options), 422, "validation_failed");
    expect(problem.detail).toBe(detail);
  });
});
