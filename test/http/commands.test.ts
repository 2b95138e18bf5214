/** Commands on runs: what is accepted, and every refusal with its status and code. */
import { expect, test } from "vitest";
import type { LaunchRequest } from "../../src/core/command.ts";
import { type RunState, runStateSchema } from "../../src/http/wire/runs.ts";
import { expectProblem } from "../support/http/problem.ts";
import { approvingRun, askingRun, type Bench, bench, questionOf, stateOf } from "../support/http/server.ts";

const post = (b: Bench, action: string, json: object, as: Parameters<Bench["launch"]>[1] = "admin") =>
  b.call("POST", `/agent/${action}`, { json, as });

test("a launch answers at once with the seeds' seven fields and where to look", async () => {
  using b = await bench();
  const response = await post(b, "launch", { input_prompt: "What is 1 + 2?" });
  expect(response.status).toBe(200);
  const run = runStateSchema.parse(await response.json());
  expect(response.headers.get("location")).toBe(`/agent/state/${run.id}`);
  expect(run).toMatchObject({
    steps: 0,
    status: "running",
    context: [{ role: "user", content: "What is 1 + 2?" }],
    pending_tool_calls: [],
    error: null,
    final_answer: null,
  });
});

test("resume is refused while the run works, waits for a person, or has ended", async () => {
  using b = await bench();
  const running = await b.launch();
  await expectProblem(await post(b, "resume", { id: running.id }), 409, "run_busy");
  const asking = await askingRun(b);
  const problem = await expectProblem(await post(b, "resume", { id: asking.id }), 400, "waiting_for_input");
  expect(problem.questions).toEqual([{ id: questionOf(asking), kind: "ask", text: "Which number?" }]);
  await b.engine.happen(running.id, { type: "completed", answer: "3" });
  await expectProblem(await post(b, "resume", { id: running.id }), 409, "run_finished");
});

test("of two resumes at once exactly one is accepted", async () => {
  using b = await bench();
  const { id } = await b.launch();
  expect((await post(b, "pause", { id })).status).toBe(200);
  const responses = await Promise.all([post(b, "resume", { id }), post(b, "resume", { id })]);
  expect(responses.map((response) => response.status).sort()).toEqual([200, 409]);
  const events = await b.engine.events(id);
  expect(events.filter((event) => event.type === "resumed")).toHaveLength(1);
});

test("pause, cancel and say do what they say", async () => {
  using b = await bench();
  const { id } = await b.launch();
  expect(await (await post(b, "say", { id, text: "Use metres" })).json()).toMatchObject({
    context: [{}, { role: "user", content: "Use metres" }],
  });
  expect(await (await post(b, "pause", { id })).json()).toMatchObject({
    status: "paused",
    waiting: { for: "resume" },
  });
  await expectProblem(await post(b, "pause", { id }), 400, "run_not_running");
  expect(await (await post(b, "cancel", { id, reason: "no need" })).json()).toMatchObject({
    status: "cancelled",
  });
  await expectProblem(await post(b, "say", { id, text: "Hello?" }), 409, "run_finished");
});

test("what the state offers is what the routes accept", async () => {
  using b = await bench();
  const runs = [await b.launch(), await askingRun(b), await approvingRun(b)];
  for (const { id } of runs) {
    for (const action of ["pause", "resume", "cancel"] as const) {
      const offered = (await stateOf(b, id)).can[action];
      const response = await post(b, action, { id });
      expect([action, response.ok, offered.why]).toEqual([action, offered.allowed, offered.why]);
      if (!response.ok) expect(((await response.json()) as { detail: string }).detail).toBe(offered.why);
    }
  }
});

/** Launched as its channel launches it, not over the API. */
async function fromOutside(b: Bench, change: Partial<LaunchRequest> = {}): Promise<string> {
  const actor = {
    principal: "token:admin",
    name: "admin",
    groups: [],
    guest: false,
    kind: "person",
  } as const;
  const launch = { task: "Look into the build", title: "Build 7", actor, via: { channel: "webhook" } };
  const rest = { addresses: [], context: [], trusted: false, follows: null, parent: null };
  const submitted = await b.engine.launch("helper", { ...launch, ...rest, ...change }, null);
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  return submitted.runId;
}

test("a run is started again with the data it began with, and trusts it as little as before", async () => {
  using b = await bench();
  const payload = { source: "webhook ci", text: "build 7 failed", trusted: false };
  const id = await fromOutside(b, { context: [payload] });
  const response = await post(b, "again", { id });
  expect(response.status).toBe(200);
  const run = (await response.json()) as RunState;
  expect(run.id).not.toBe(id);
  expect(run).toMatchObject({
    task: "Look into the build",
    title: "Build 7",
    read_untrusted: true,
    tainted: true,
    agent: "helper",
  });
  expect(JSON.stringify(run.context)).toContain("build 7 failed");
  const [launched] = await b.engine.events(run.id);
  expect(launched).toMatchObject({ context: [payload], trusted: false, from: { principal: "token:admin" } });
});

test("a run that was one call is not started again unseen, nor one that the caller may not see", async () => {
  using b = await bench();
  const id = await fromOutside(b, { call: { tool: "restart_service", input: { service: "payments" } } });
  await expectProblem(await post(b, "again", { id }), 422, "answer_invalid");
  await expectProblem(await post(b, "again", { id: "run_unknown" }), 404, "run_not_found");
  await expectProblem(await post(b, "again", { id }, "launcher"), 404, "run_not_found");
});
