/** Requests that are refused for who sends them, where to, or when. */
import { expect, test } from "vitest";
import { StoreError } from "../../src/core/ports/store-error.ts";
import type { RefusalList } from "../../src/http/wire/server.ts";
import { expectProblem } from "../support/http/problem.ts";
import { askingRun, bench, questionOf } from "../support/http/server.ts";
import { questionWith } from "../support/question.ts";

test("no token, a wrong one and a malformed one get the same 401", async () => {
  using b = await bench();
  const headers = ["Bearer wrong", "Bearer ", "Basic c2VjcmV0LWFkbWlu", "secret-admin"];
  const calls = headers.map((authorization) =>
    b.call("GET", "/agent/runs", { as: null, headers: { authorization } }),
  );
  const details = new Set<string>();
  for (const response of await Promise.all([b.call("GET", "/agent/runs", { as: null }), ...calls])) {
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    details.add((await expectProblem(response, 401, "unauthorized")).detail);
  }
  expect(details.size).toBe(1);
});

test("a token without the scope learns which one it lacks", async () => {
  using b = await bench();
  const options = { as: "reader", json: { input_prompt: "a" } } as const;
  const problem = await expectProblem(
    await b.call("POST", "/agent/launch", options),
    403,
    "insufficient_scope",
  );
  expect(problem.detail).toContain('"launch"');
});

test("who was refused for lack of rights is on record", async () => {
  using b = await bench();
  const run = await askingRun(b);
  const json = { id: run.id, answer: "3" };
  await b.call("POST", "/agent/launch", { json: { input_prompt: "a", agent: "secret" } });
  await b.call("POST", "/agent/provide_input", { as: "reader", json });
  await b.call("POST", "/agent/resume", { json: { id: run.id } });
  const { refusals } = (await (await b.call("GET", "/refusals")).json()) as RefusalList;
  expect(refusals.map(({ principal, action, rule }) => [principal, action, rule]).sort()).toEqual([
    ["token:admin", "POST /agent/launch", "not_allowed"],
    ["token:reader", "POST /agent/provide_input", "insufficient_scope"],
  ]);
});

test("a refusal names where the run stands", async () => {
  using b = await bench();
  const run = await b.launch();
  const response = await b.call("POST", "/agent/resume", { json: { id: run.id } });
  const problem = await expectProblem(response, 409, "run_busy");
  expect(problem.instance).toBe(`/agent/state/${run.id}`);
});

test("a malformed, an unknown and an invisible run can't be told apart", async () => {
  using b = await bench();
  const secret = await b.launch("Hidden", "owner");
  const ids = [secret.id, "run_00000000000000000000", "%00", "..%2f..%2fetc", "x".repeat(300), "a'--"];
  const bodies = new Set<string>();
  for (const id of ids) {
    for (const path of [`state/${id}`, `runs/${id}/events`, `runs/${id}/stream`, `runs/${id}/requests/2`]) {
      const response = await b.call("GET", `/agent/${path}`);
      const { request_id: _, ...rest } = await expectProblem(response, 404, "run_not_found");
      bodies.add(JSON.stringify(rest));
    }
  }
  for (const path of ["resume", "pause", "cancel"]) {
    const response = await b.call("POST", `/agent/${path}`, { json: { id: secret.id } });
    const { request_id: _, ...rest } = await expectProblem(response, 404, "run_not_found");
    bodies.add(JSON.stringify(rest));
  }
  expect(bodies.size).toBe(1);
  expect(b.bugs).toEqual([]);
});

test("an invisible run appears in no list and no question", async () => {
  using b = await bench();
  const secret = await b.launch("Hidden", "owner");
  await b.engine.happen(secret.id, {
    type: "question_asked",
    question: questionWith({ id: "q1", kind: "stuck" }),
  });
  const visible = await b.launch("Shown");
  const list = await (await b.call("GET", "/agent/runs")).json();
  expect(list).toMatchObject({ runs: [{ id: visible.id }], next: null });
  expect(await (await b.call("GET", "/questions")).json()).toMatchObject({
    questions: [],
    open: 0,
    next: null,
  });
});

test("a host that nobody configured is misdirected", async () => {
  using b = await bench({ publicUrl: "https://ops.example/belay", hosts: ["belay.internal"] });
  for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:3000"]) {
    await expectProblem(await b.call("GET", "/health", { headers: { host } }), 421, "unknown_host");
  }
  for (const host of ["ops.example", "belay.internal:8443", "127.0.0.1:3000", "[::1]:3000", "LOCALHOST"]) {
    expect((await b.call("GET", "/health", { headers: { host } })).status).toBe(200);
  }
});

test("an unknown path is 404, a known one with another method 405 with Allow", async () => {
  using b = await bench();
  await expectProblem(await b.call("GET", "/agent/nothing"), 404, "not_found");
  await expectProblem(await b.call("POST", "/nowhere", { json: {} }), 404, "not_found");
  const launch = await b.call("GET", "/agent/launch");
  expect(launch.headers.get("allow")).toBe("POST");
  await expectProblem(launch, 405, "method_not_allowed");
  const session = await b.call("PUT", "/session");
  expect(session.headers.get("allow")).toBe("POST, GET, DELETE, HEAD");
  await expectProblem(session, 405, "method_not_allowed");
});

test("a URL over 8 kB is too long", async () => {
  using b = await bench();
  await expectProblem(await b.call("GET", `/agent/runs?text=${"x".repeat(8200)}`), 414, "uri_too_long");
});

test.each([
  ["an unknown filter", "colour=red", "/colour"],
  ["a status that does not exist", "status=running,dancing", "/status/1"],
  ["a limit over 100", "limit=101", "/limit"],
  ["a cursor of somebody else's", "cursor=bm9wZQ", "/cursor"],
  ["a NUL", "text=%00", "/text"],
])("the list of runs refuses %s", async (_, query, pointer) => {
  using b = await bench();
  const problem = await expectProblem(await b.call("GET", `/agent/runs?${query}`), 422, "validation_failed");
  expect(problem.errors?.[0]?.pointer).toBe(pointer);
});

test("whoever asks too often is told to wait, others are not", async () => {
  using b = await bench({ rate: { burst: 3, perSecond: 0.5 } });
  for (let count = 0; count < 3; count++) expect((await b.call("GET", "/agents")).status).toBe(200);
  const response = await b.call("GET", "/agents");
  expect(response.headers.get("retry-after")).toBe("2");
  await expectProblem(response, 429, "rate_limited");
  expect((await b.call("GET", "/agents", { as: "reader" })).status).toBe(200);
  b.clock.time += 2000;
  expect((await b.call("GET", "/agents")).status).toBe(200);
});

test("guessing tokens is limited, and never locks a valid one out", async () => {
  using b = await bench();
  const guess = () => b.call("GET", "/agents", { as: null, headers: { authorization: "Bearer guess" } });
  for (let count = 0; count < 10; count++) await expectProblem(await guess(), 401, "unauthorized");
  await expectProblem(await guess(), 429, "rate_limited");
  expect((await b.call("GET", "/agents")).status).toBe(200);
});

test("behind a trusted proxy a guesser is known by the last hop, and stops nobody else behind it", async () => {
  using b = await bench({ trustProxy: true });
  const guess = (hops: string) =>
    b.call("GET", "/agents", {
      as: null,
      headers: { authorization: "Bearer guess", "x-forwarded-for": hops },
    });
  // What stands before the last hop is the guesser's own word, and changes nothing.
  for (let count = 0; count < 10; count++) {
    await expectProblem(await guess(`198.51.100.${count}, 203.0.113.7`), 401, "unauthorized");
  }
  await expectProblem(await guess("203.0.113.7"), 429, "rate_limited");
  await expectProblem(await guess("203.0.113.8"), 401, "unauthorized");
  for (let count = 0; count < 10; count++) await guess(`not an address ${count}`);
  await expectProblem(await guess("nor this one"), 429, "rate_limited");
});

test("without a trusted proxy nobody is somebody else by a header", async () => {
  using b = await bench();
  const guess = (hop: number) =>
    b.call("GET", "/agents", {
      as: null,
      headers: { authorization: "Bearer guess", "x-forwarded-for": `203.0.113.${hop}` },
    });
  for (let hop = 0; hop < 10; hop++) await expectProblem(await guess(hop), 401, "unauthorized");
  await expectProblem(await guess(10), 429, "rate_limited");
});

test("while it drains the server writes down what comes, and begins no stream that would be cut", async () => {
  using b = await bench();
  const run = await b.launch();
  b.engine.draining = true;
  expect((await b.call("POST", "/agent/pause", { json: { id: run.id } })).status).toBe(200);
  expect((await b.call("POST", "/agent/launch", { json: { input_prompt: "one more" } })).status).toBe(200);
  const response = await b.call("GET", `/agent/runs/${run.id}/stream`);
  expect(response.headers.get("retry-after")).toBe("5");
  await expectProblem(response, 503, "draining");
  expect((await b.call("GET", `/agent/state/${run.id}`)).status).toBe(200);
  const health = await b.call("GET", "/health");
  expect([health.status, await health.json()]).toMatchObject([503, { status: "draining" }]);
});

test.each([
  ["storage_busy", "1", "storage_busy"],
  ["storage_full", "60", "storage_full"],
  ["storage_refused", "60", "storage_failed"],
] as const)("%s is never answered with success", async (code, seconds, told) => {
  using b = await bench();
  b.engine.launch = () => Promise.reject(new StoreError(code, "disk at /var/lib"));
  const response = await b.call("POST", "/agent/launch", { json: { input_prompt: "a" } });
  expect(response.headers.get("retry-after")).toBe(seconds);
  await expectProblem(response, 503, told);
});

test("a bug is answered without a word about the inside, and logged whole", async () => {
  using b = await bench();
  b.engine.state = () => Promise.reject(new Error("the inside"));
  const problem = await expectProblem(await b.call("GET", "/agent/state/run_1"), 500, "internal");
  expect(JSON.stringify(problem)).not.toContain("the inside");
  expect(b.bugs).toMatchObject([{ request_id: problem.request_id, err: { message: "the inside" } }]);
  expect((await b.call("GET", "/agents")).status).toBe(200);
});

test("a question of another run is not found", async () => {
  using b = await bench();
  const [one, other] = [await askingRun(b), await askingRun(b)];
  const json = { id: one.id, answer: "3", question_id: questionOf(other) };
  await expectProblem(await b.call("POST", "/agent/provide_input", { json }), 404, "question_not_found");
});
