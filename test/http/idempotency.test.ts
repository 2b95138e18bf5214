/** `Idempotency-Key`: once is once, also for refusals, also after a crash between receiving and doing. */
import { expect, test } from "vitest";
import type { RunState } from "../../src/http/wire/runs.ts";
import { expectProblem } from "../support/http/problem.ts";
import { askingRun, type Bench, bench, chose, questionOf, type TokenName } from "../support/http/server.ts";
import { launchOf } from "../support/launch.ts";

const key = (value: string) => ({ "idempotency-key": value });

const launch = (b: Bench, value: string, task = "a", as: TokenName = "admin") =>
  b.call("POST", "/agent/launch", { as, headers: key(value), json: { input_prompt: task } });

test("the same key and body launch one run and repeat the answer", async () => {
  using b = await bench();
  const first = await launch(b, "k1");
  const again = await launch(b, "k1");
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.headers.get("location")).toBe(first.headers.get("location"));
  expect(await again.json()).toEqual(await first.json());
  expect(await b.engine.store.runs({ limit: 10 })).toHaveLength(1);
});

test("who may launch but not read is never told more than the launch itself", async () => {
  using b = await bench();
  const first = await launch(b, "k1", "a", "machine");
  expect(first.status).toBe(200);
  const answered = (await first.json()) as RunState;
  expect(answered).toMatchObject({ status: "running", steps: 0, final_answer: null });
  const call = { id: "c1", tool: "final_answer", input: { answer: "what only readers may know" } };
  await b.engine.happen(answered.id, chose(call));
  const again = await launch(b, "k1", "a", "machine");
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(await again.json()).toEqual(answered);
  const read = await b.call("GET", `/agent/state/${answered.id}`);
  expect(await read.json()).toMatchObject({ final_answer: "what only readers may know" });
});

test("the same key with another body is refused, also for another operation", async () => {
  using b = await bench();
  const run = (await (await launch(b, "k1")).json()) as RunState;
  await expectProblem(await launch(b, "k1", "b"), 422, "idempotency_key_reused");
  const pause = b.call("POST", "/agent/pause", { headers: key("k1"), json: { id: run.id } });
  await expectProblem(await pause, 422, "idempotency_key_reused");
});

test("keys of different callers never meet", async () => {
  using b = await bench();
  const mine = await launch(b, "k1");
  const theirs = await launch(b, "k1", "a", "launcher");
  expect(theirs.headers.get("idempotent-replayed")).toBeNull();
  expect(theirs.headers.get("location")).not.toBe(mine.headers.get("location"));
});

test("while the first request runs the second is told to wait", async () => {
  using b = await bench();
  const inside = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const real = b.engine.launch;
  b.engine.launch = async (...args) => {
    inside.resolve();
    await go.promise;
    return real(...args);
  };
  const first = launch(b, "k1");
  await inside.promise;
  const second = await launch(b, "k1");
  expect(second.headers.get("retry-after")).toBe("1");
  await expectProblem(second, 409, "idempotency_in_progress");
  await expectProblem(await launch(b, "k1", "b"), 422, "idempotency_key_reused");
  go.resolve();
  expect((await first).status).toBe(200);
  expect((await launch(b, "k1")).headers.get("idempotent-replayed")).toBe("true");
});

test("many at once launch one run", async () => {
  using b = await bench();
  const responses = await Promise.all(Array.from({ length: 20 }, () => launch(b, "k1")));
  const statuses = responses.map((response) => response.status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
  expect(statuses.every((status) => status === 200 || status === 409)).toBe(true);
  expect(await b.engine.store.runs({ limit: 30 })).toHaveLength(1);
});

test("after a crash right behind the commit the key still stands for its run, and for its body", async () => {
  using b = await bench();
  const real = b.engine.launch;
  b.engine.launch = async (...args) => {
    await real(...args);
    throw new Error("the process died here");
  };
  await expectProblem(await launch(b, "k1"), 500, "internal");
  b.engine.launch = real;
  await expectProblem(await launch(b, "k1", "b"), 422, "idempotency_key_reused");
  expect((await launch(b, "k1")).headers.get("idempotent-replayed")).toBe("true");
  expect(await b.engine.store.runs({ limit: 10 })).toHaveLength(1);
});

test("when two processes get the same request, the slower one repeats the answer of the faster", async () => {
  using b = await bench();
  const real = b.engine.store.inboxRow;
  let looked = 0;
  // The row is not there yet when the slower one looks.
  b.engine.store.inboxRow = async (key) => (looked++ === 0 ? null : real(key));
  const actor = {
    principal: "token:admin",
    name: "token",
    groups: [],
    guest: false,
    kind: "person",
  } as const;
  const faster = await b.engine.launch("helper", launchOf({ task: "a", actor }), {
    source: "api:token:admin",
    key: "k1",
  });
  const slower = await launch(b, "k1");
  expect([slower.status, slower.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
  expect(await slower.json()).toMatchObject({ id: faster.ok && faster.runId });
});

test("also when the faster one has left nothing to do", async () => {
  using b = await bench();
  const run = await askingRun(b);
  const json = { id: run.id, question_id: questionOf(run), answer: "3" };
  const real = b.engine.command;
  // Both have looked for the key when the faster one does it.
  b.engine.command = async (...args) => {
    expect(await real(...args)).toMatchObject({ ok: true });
    return real(...args);
  };
  const slower = await b.call("POST", "/agent/provide_input", { headers: key("k1"), json });
  expect([slower.status, slower.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
});

test("the same answer under the same key is repeated, under no key it is refused", async () => {
  using b = await bench();
  const run = await askingRun(b);
  const json = { id: run.id, question_id: questionOf(run), answer: "3" };
  const answer = (headers: Record<string, string>) =>
    b.call("POST", "/agent/provide_input", { headers, json });
  expect((await answer(key("k1"))).status).toBe(200);
  const again = await answer(key("k1"));
  expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
  await expectProblem(await answer({}), 409, "already_answered");
  await expectProblem(await answer(key("k2")), 409, "already_answered");
});

test("a refusal changed nothing: the same request is judged anew", async () => {
  using b = await bench();
  const run = await b.launch();
  const resume = () => b.call("POST", "/agent/resume", { headers: key("k1"), json: { id: run.id } });
  await expectProblem(await resume(), 409, "run_busy");
  await b.call("POST", "/agent/pause", { json: { id: run.id } });
  expect((await resume()).status).toBe(200);
  expect((await resume()).headers.get("idempotent-replayed")).toBe("true");
});

test("a storage failure is not kept: the same key works later", async () => {
  using b = await bench();
  const real = b.engine.launch;
  b.engine.launch = () => Promise.reject(new Error("the disk is gone"));
  await expectProblem(await launch(b, "k1"), 500, "internal");
  b.engine.launch = real;
  const response = await launch(b, "k1");
  expect([response.status, response.headers.get("idempotent-replayed")]).toEqual([200, null]);
});

test.each([
  ["empty", ""],
  ["too long", "x".repeat(256)],
  ["not ASCII", "ä"],
  ["with a tab", "a\tb"],
])("a key that is %s is refused", async (_, value) => {
  using b = await bench();
  await expectProblem(await launch(b, value), 400, "invalid_idempotency_key");
});
