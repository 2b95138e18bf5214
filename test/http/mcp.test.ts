/** POST /mcp as a protocol: what it takes, what it refuses before any tool is called, and how keys are told apart. */
import { expect, test } from "vitest";
import { accept, ask, callTool, message, messageIn, textOf } from "../support/http/mcp.ts";
import { expectProblem } from "../support/http/problem.ts";
import { askingRun, bench, questionOf, stateOf, wantsRestart } from "../support/http/server.ts";
import { toolQuestion } from "../support/tool-form.ts";

test("it answers initialize and ping without a session, under each protocol of 2025 and before", async () => {
  using b = await bench();
  for (const protocolVersion of ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"]) {
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: "curl", version: "1" } };
    expect(await ask(b, "admin", "initialize", params)).toMatchObject({
      protocolVersion,
      serverInfo: { name: "belay", version: "0.0.0" },
      capabilities: { tools: {} },
    });
  }
  const response = await b.call("POST", "/mcp", { json: message("ping"), headers: accept });
  expect(response.headers.get("mcp-session-id")).toBeNull();
  expect(await messageIn(response)).toMatchObject({ result: {} });
});

test("only POST, with one message of JSON", async () => {
  using b = await bench();
  for (const method of ["GET", "DELETE"]) {
    const response = await b.call(method, "/mcp");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  }
  const post = (json: unknown, headers = {}) =>
    b.call("POST", "/mcp", { json, headers: { ...accept, ...headers } });
  await expectProblem(await post([message("ping")]), 422, "validation_failed");
  await expectProblem(await post({ hello: 1 }), 422, "validation_failed");
  await expectProblem(
    await post(message("ping"), { "content-type": "text/plain" }),
    415,
    "unsupported_media_type",
  );
  await expectProblem(await post(message("x", { task: "x".repeat(1_100_000) })), 413, "body_too_large");
  expect(await messageIn(await post(message("tools/fetch")))).toMatchObject({ error: { code: -32601 } });
  const unknown = await post(message("tools/call", { name: "rm", arguments: {} }));
  expect(await messageIn(unknown)).toMatchObject({
    error: { code: -32602, message: "There is no tool rm." },
  });
});

test("no token, a wrong one, another host, another site: nothing of the protocol is answered", async () => {
  using b = await bench({ corsOrigins: ["https://tools.example"] });
  const post = (options: object) => b.call("POST", "/mcp", { json: message("ping"), ...options });
  const anonymous = await post({ as: null, headers: accept });
  expect(anonymous.headers.get("www-authenticate")).toBe("Bearer");
  await expectProblem(anonymous, 401, "unauthorized");
  await expectProblem(
    await post({ as: null, headers: { ...accept, authorization: "Bearer x" } }),
    401,
    "unauthorized",
  );
  await expectProblem(await post({ headers: { ...accept, host: "evil.example" } }), 421, "unknown_host");
  // A page that got hold of a token is still a page of another site.
  await expectProblem(
    await post({ headers: { ...accept, origin: "https://evil.example" } }),
    403,
    "bad_origin",
  );
  for (const origin of ["http://localhost:3000", "https://tools.example"])
    expect((await post({ headers: { ...accept, origin } })).status).toBe(200);
});

test("its calls count against the rate of the token", async () => {
  using b = await bench({ rate: { burst: 2, perSecond: 1 } });
  await ask(b, "admin", "ping");
  await ask(b, "admin", "tools/list");
  const third = await b.call("POST", "/mcp", { json: message("ping"), headers: accept });
  expect(third.headers.get("retry-after")).toBe("1");
  await expectProblem(third, 429, "rate_limited");
});

test("the key stands in an argument, in _meta or in the header; the second time nothing is done", async () => {
  using b = await bench();
  const args = { task: "once", wait_s: 0 };
  const first = await callTool(b, "admin", "start_run", { ...args, idempotency_key: "k1" });
  const id = first.structuredContent?.id;
  const again = [
    await callTool(b, "admin", "start_run", { ...args, idempotency_key: "k1" }),
    await callTool(b, "admin", "start_run", args, { meta: { "belay/idempotency-key": "k1" } }),
    await callTool(b, "admin", "start_run", args, { headers: { "idempotency-key": "k1" } }),
  ];
  expect(first.structuredContent?.replayed).toBe(false);
  for (const { structuredContent } of again) expect(structuredContent).toMatchObject({ id, replayed: true });
  expect(await b.engine.store.runs({ limit: 10 })).toHaveLength(1);

  const refused = async (more: object, options = {}) =>
    textOf(await callTool(b, "admin", "start_run", { ...args, ...more }, options));
  expect(await refused({ idempotency_key: "k1", task: "another" })).toMatch(/^idempotency_key_reused: /);
  expect(await refused({ idempotency_key: "" })).toMatch(/^invalid_idempotency_key: /);
  expect(await refused({ idempotency_key: "k2" }, { headers: { "idempotency-key": "k3" } })).toMatch(
    /^invalid_idempotency_key: The call names two different keys/,
  );
  expect(await b.engine.store.runs({ limit: 10 })).toHaveLength(1);
});

test("wrong arguments are told to the model, with their place", async () => {
  using b = await bench();
  const told = async (name: string, args: object) => textOf(await callTool(b, "admin", name, args));
  expect(await told("start_run", { task: 1 })).toMatch(/^validation_failed: \/task: /);
  expect(await told("start_run", { task: "a", wait_s: 51 })).toMatch(/^validation_failed: \/wait_s: /);
  expect(await told("get_run", { id: "run_x", colour: "red" })).toMatch(
    /^validation_failed: \/colour: is not known; known are id/,
  );
  expect(await told("start_run", { task: "a", agent: "nobody" })).toMatch(/^unknown_agent: .*helper/);
  expect(await told("start_run", { task: " " })).toMatch(/^empty_text: /);
});

test("what a run asks is told with how to answer it; the answer goes to the run", async () => {
  using b = await bench();
  const run = await askingRun(b, ["one", "two"]);
  const shown = await callTool(b, "answerer", "get_run", { id: run.id });
  expect(textOf(shown)).toContain(
    `It asks: Which number? Choices: one, two. Answer with answer_question, id ${run.id}, question_id ${questionOf(run)}.`,
  );
  const wrong = await callTool(b, "answerer", "answer_question", { id: run.id, answer: " " });
  expect(textOf(wrong)).toMatch(/^answer_invalid: .*\nchoices: \[\{"value":"one"/);
  const answered = await callTool(b, "answerer", "answer_question", { id: run.id, answer: "two", wait_s: 0 });
  expect(answered.structuredContent).toMatchObject({ id: run.id, questions: [], status: "running" });
  // A model answered: what it says may be anybody's words.
  expect(await b.engine.events(run.id)).toContainEqual(
    expect.objectContaining({ type: "question_answered", answer: "two", trusted: false }),
  );
});

test("seconds with more digits than a clock has are waited for all the same", async () => {
  using b = await bench();
  const { isError, structuredContent } = await callTool(b, "admin", "start_run", {
    task: "a",
    wait_s: 0.0015,
  });
  expect([isError, structuredContent?.status]).toEqual([undefined, "running"]);
});

test("a stopped run of which a call may have taken effect invites nobody to begin anew", async () => {
  using b = await bench();
  const { id } = await b.launch();
  const told = async () => textOf(await callTool(b, "admin", "get_run", { id }));
  await b.engine.happen(id, wantsRestart());
  const [call] = (await stateOf(b, id)).pending_tool_calls;
  const from = { principal: "console:local", name: "console" };
  await b.engine.happen(
    id,
    { type: "call_started", callId: call?.call_id ?? "", attempt: 1, key: "k" },
    { type: "cancelled", reason: "enough", from },
  );
  expect(await told()).toMatch(/cancelled\. It is not known whether a call of it took effect/);
  expect(await told()).not.toContain("Start a new one");
});

test("a stopped run of which nothing ran may be begun anew", async () => {
  using b = await bench();
  const { id } = await b.launch();
  await b.engine.happen(id, wantsRestart());
  const from = { principal: "console:local", name: "console" };
  await b.engine.happen(id, { type: "cancelled", reason: "enough", from });
  expect(textOf(await callTool(b, "admin", "get_run", { id }))).toMatch(
    /cancelled\. Start a new one if it is still wanted\.$/,
  );
});

test("a tool's form is told with its fields", async () => {
  using b = await bench();
  const { id } = await b.launch();
  await b.engine.happen(id, wantsRestart());
  const [call] = (await stateOf(b, id)).pending_tool_calls;
  const callId = call?.call_id ?? "";
  await b.engine.happen(id, { type: "question_asked", question: { ...toolQuestion, callId } });
  const told = textOf(await callTool(b, "admin", "get_run", { id }));
  expect(told).toContain("region: Where it runs.; one of Europe, America; required");
});

test("a bug is logged whole and told without a word of the inside", async () => {
  using b = await bench();
  b.engine.launch = async () => {
    throw new TypeError("secret inside");
  };
  const { content, isError } = await callTool(b, "admin", "start_run", { task: "a" });
  expect(isError).toBe(true);
  expect(content[0]?.text).toMatch(
    /^internal: The server's log has the reason under this request_id. request_id: \S+$/,
  );
  expect(b.bugs).toEqual([expect.objectContaining({ err: expect.any(TypeError) })]);
});
