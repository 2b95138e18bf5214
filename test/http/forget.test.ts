/** Forgetting over the API: refused while it lives, done with the runs below, and remembered as done. */
import { expect, test } from "vitest";
import type { LaunchRequest } from "../../src/core/command.ts";
import { forgottenSchema, type RunState } from "../../src/http/wire/runs.ts";
import { expectProblem } from "../support/http/problem.ts";
import { type Bench, bench, stateOf } from "../support/http/server.ts";

const canary = "canary-5up3r-s3cret";
const completed = { type: "completed", answer: canary } as const;

async function endedRun(b: Bench): Promise<RunState> {
  const run = await b.launch(canary);
  await b.engine.happen(run.id, completed);
  return stateOf(b, run.id);
}

async function launchedAs(b: Bench, change: Partial<LaunchRequest>): Promise<string> {
  const actor = {
    principal: "token:admin",
    name: "admin",
    groups: [],
    guest: false,
    kind: "machine",
  } as const;
  const fresh = { task: canary, actor, via: { channel: "api" }, addresses: [], context: [], trusted: true };
  const request = { ...fresh, follows: null, parent: null, ...change };
  const launched = await b.engine.launch("helper", request, null);
  if (!launched.ok) throw new Error(launched.refusal.message);
  return launched.runId;
}

async function forget(b: Bench, id: string) {
  const response = await b.call("DELETE", `/agent/runs/${id}`);
  expect(response.status).toBe(200);
  return forgottenSchema.parse(await response.json());
}

test("a run that lives is refused with what to do, and says so before", async () => {
  using b = await bench();
  const { id } = await b.launch();
  const run = await stateOf(b, id);
  expect(run.can.forget).toMatchObject({ allowed: false, why: expect.stringContaining("Stop it first") });
  const problem = await expectProblem(await b.call("DELETE", `/agent/runs/${id}`), 409, "run_busy");
  expect(problem.detail).toContain("Stop it first");
  expect((await stateOf(b, id)).status).toBe("running");
});

test("afterwards its address says who forgot it and when, wherever it is asked for, and never what it was", async () => {
  using b = await bench();
  const { id, can } = await endedRun(b);
  expect(can.forget).toEqual({ allowed: true, why: null });
  expect(await forget(b, id)).toEqual({ forgotten: [id], told_to: [], erased: true });
  const gone = await expectProblem(await b.call("GET", `/agent/state/${id}`), 410, "run_forgotten");
  expect(gone.detail).toMatch(
    /was forgotten by admin \(token\) at .* started by admin \(token\) at .* nothing else of it is kept/,
  );
  const body = { json: { id } };
  for (const path of ["/agent/again", "/agent/resume"]) {
    await expectProblem(await b.call("POST", path, body), 410, "run_forgotten");
  }
  for (const path of ["outcome", "stream"]) {
    await expectProblem(await b.call("GET", `/agent/runs/${id}/${path}`), 410, "run_forgotten");
  }
  // Who might not see it then learns nothing now.
  await expectProblem(await b.call("GET", `/agent/state/${id}`, { as: "launcher" }), 404, "run_not_found");
  const texts = [
    await (await b.call("GET", "/agent/runs")).text(),
    await (await b.call("GET", `/agent/runs/${id}/events`)).text(),
  ];
  expect(texts.map((text) => JSON.parse(text))).toMatchObject([
    { runs: [{ id, status: "complete", task: "(forgotten)" }] },
    { events: [{ version: 3, type: "forgotten", data: { from: { principal: "token:admin" } } }] },
  ]);
  expect(texts.join()).not.toContain(canary);
  expect(await forget(b, id)).toEqual({ forgotten: [], told_to: [], erased: true });
});

test("the same key does not start it again", async () => {
  using b = await bench();
  const request = {
    json: { input_prompt: canary, agent: "helper" },
    headers: { "idempotency-key": "once" },
  };
  const { id } = (await (await b.call("POST", "/agent/launch", request)).json()) as RunState;
  await b.engine.happen(id, completed);
  await forget(b, id);
  await expectProblem(await b.call("POST", "/agent/launch", request), 410, "run_forgotten");
  expect(await b.engine.store.runs({ limit: 9 })).toHaveLength(1);
});

test("a child run goes with the run that started it, alone it stays", async () => {
  using b = await bench();
  const parent = await b.launch(canary);
  const child = await launchedAs(b, { parent: { runId: parent.id, callId: "a", depth: 1 } });
  await b.engine.happen(parent.id, completed);
  const live = await expectProblem(await b.call("DELETE", `/agent/runs/${parent.id}`), 409, "run_busy");
  expect(live.instance).toBe(`/agent/state/${child}`);
  await b.engine.happen(child, completed);
  const part = await expectProblem(await b.call("DELETE", `/agent/runs/${child}`), 409, "part_of_a_run");
  expect(part.instance).toBe(`/agent/state/${parent.id}`);
  expect(await forget(b, parent.id)).toMatchObject({ forgotten: [child, parent.id] });
  await expectProblem(await b.call("GET", `/agent/state/${child}`), 410, "run_forgotten");
});

test("runs that went on from it are named: they were told its task and outcome", async () => {
  using b = await bench();
  const address = "slack:T1/C1/1";
  const addresses = [address];
  const first = await launchedAs(b, { addresses });
  await b.engine.happen(first, completed);
  const follows = { runId: first, task: canary, outcome: canary, untrusted: false };
  const next = await launchedAs(b, { addresses, follows });
  await b.engine.happen(next, completed);
  await launchedAs(b, { addresses });
  expect(await forget(b, first)).toMatchObject({ forgotten: [first], told_to: [next] });
});

test("runs that were started again with its task are named, and those started again of them", async () => {
  using b = await bench();
  const { id } = await endedRun(b);
  const again = async (of: string) => {
    b.clock.time += 1000;
    const response = await b.call("POST", "/agent/again", { json: { id: of } });
    expect(response.status).toBe(200);
    const run = (await response.json()) as RunState;
    await b.engine.happen(run.id, completed);
    return run.id;
  };
  const first = await again(id);
  const second = await again(first);
  // The same words of somebody else's are their own.
  await b.launch(canary);
  expect(await forget(b, id)).toMatchObject({ forgotten: [id], told_to: [first, second] });
});

test.each([0, 30])(
  "of %i later runs in its place and with its task those alone are read that are named",
  async (others) => {
    using b = await bench();
    const addresses = ["slack:T1/C1/1"];
    const first = await launchedAs(b, { addresses });
    await b.engine.happen(first, completed);
    const follows = { runId: first, task: canary, outcome: canary, untrusted: false };
    const next = await launchedAs(b, { addresses, follows });
    for (let other = 0; other < others; other++) await launchedAs(b, { addresses });
    const { read } = b.engine.store;
    const readRuns = new Set<string>();
    b.engine.store.read = (runId, after) => {
      readRuns.add(runId);
      return read(runId, after);
    };
    expect(await forget(b, first)).toMatchObject({ told_to: [next] });
    expect([...readRuns].sort()).toEqual([first, next].sort());
  },
);

test("what is added while the runs below are looked for is not left behind", async () => {
  using b = await bench();
  const { id } = await endedRun(b);
  const { store } = b.engine;
  const { runs, readEach } = store;
  let isLooking = false;
  store.runs = (filter) => {
    isLooking ||= filter.parentId !== undefined;
    return runs(filter);
  };
  store.readEach = async (runId, after) => {
    const events = await readEach(runId, after);
    if (isLooking) {
      isLooking = false;
      const from = { principal: "token:admin", name: "admin" };
      const call = { tool: "restart_service", input: {} };
      const by = { from, via: { channel: "api" } };
      await b.engine.happen(id, { type: "undo_asked", questionId: "q", call, runId: "run_undo", ...by });
    }
    return events;
  };
  const problem = await expectProblem(await b.call("DELETE", `/agent/runs/${id}`), 409, "run_busy");
  Object.assign(store, { runs, readEach });
  expect(problem.detail).toContain("Forget it once more");
  expect(await forget(b, id)).toMatchObject({ forgotten: [id] });
});

test("a child that a late process launched below it is forgotten when that is asked once more", async () => {
  using b = await bench();
  const { id } = await endedRun(b);
  expect(await forget(b, id)).toMatchObject({ forgotten: [id] });
  const child = await launchedAs(b, { parent: { runId: id, callId: "a", depth: 1 } });
  await expectProblem(await b.call("DELETE", `/agent/runs/${id}`), 409, "run_busy");
  await b.engine.happen(child, completed);
  await expectProblem(await b.call("DELETE", `/agent/runs/${child}`), 409, "part_of_a_run");
  expect(await forget(b, id)).toMatchObject({ forgotten: [child] });
  await expectProblem(await b.call("GET", `/agent/state/${child}`), 410, "run_forgotten");
  expect(await forget(b, id)).toMatchObject({ forgotten: [] });
  const actions = (await b.engine.store.audits(9)).filter(({ action }) => action === "forget");
  expect(actions.map(({ resource }) => resource)).toEqual([id, id]);
});
