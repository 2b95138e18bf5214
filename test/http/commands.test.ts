/** Commands on runs: what is accepted, and every refusal with its status and code. */
import { expect, test } from "vitest";
import type { LaunchRequest } from "../../src/core/command.ts";
import { questionListSchema } from "../../src/http/wire/questions.ts";
import type { RunState } from "../../src/http/wire/runs.ts";
import { runStateSchema } from "../../src/http/wire/runs.ts";
import { expectProblem } from "../support/http/problem.ts";
import {
  approvalAsked,
  approvingRun,
  askingRun,
  asks,
  type Bench,
  bench,
  chose,
  questionOf,
  stateOf,
  wantsRestart,
} from "../support/http/server.ts";

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

test("context and pending calls have the seeds' shapes through a whole run", async () => {
  using b = await bench();
  const { id } = await b.launch();
  const sum = { id: "c1", tool: "sum_numbers", input: { a: 1, b: 2 } };
  await b.engine.happen(id, chose(sum));
  expect((await stateOf(b, id)).pending_tool_calls).toEqual([
    { type: "function_call", name: "sum_numbers", arguments: { a: 1, b: 2 }, call_id: "c1" },
  ]);
  await b.engine.happen(
    id,
    { type: "call_started", callId: "c1", attempt: 1, key: "k" },
    { type: "call_finished", callId: "c1", output: "3", omitted: 0, ms: 1, untrusted: false },
    chose({ id: "c2", tool: "final_answer", input: { answer: "It is 3." } }),
  );
  const run = await stateOf(b, id);
  expect(run).toMatchObject({
    status: "complete",
    steps: 2,
    final_answer: "It is 3.",
    pending_tool_calls: [],
  });
  expect(run.context.slice(0, 4)).toEqual([
    { role: "user", content: "What is 1 + 2?" },
    { type: "function_call", name: "sum_numbers", arguments: '{"a":1,"b":2}', call_id: "c1" },
    { type: "function_call_output", call_id: "c1", output: '{"result":3}' },
    { type: "function_call", name: "final_answer", arguments: '{"answer":"It is 3."}', call_id: "c2" },
  ]);
});

test("an error of a tool is shown as the seeds show it", async () => {
  using b = await bench();
  const { id } = await b.launch();
  await b.engine.happen(
    id,
    chose({ id: "c1", tool: "divide_numbers", input: { a: 1, b: 0 } }),
    { type: "call_started", callId: "c1", attempt: 1, key: "k" },
    { type: "call_failed", callId: "c1", code: "failed", message: "division by zero", ms: 1 },
  );
  const output = {
    type: "function_call_output",
    call_id: "c1",
    output: '{"result":"Error: division by zero"}',
  };
  expect((await stateOf(b, id)).context).toContainEqual(output);
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

test("an answer without a question id goes to the one open question", async () => {
  using b = await bench();
  const { id } = await askingRun(b);
  const response = await post(b, "provide_input", { id, answer: "3" });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    status: "running",
    questions: [],
    settled: [
      { outcome: { kind: "answered", text: "3" }, from: { principal: "token:admin" }, channel: "api" },
    ],
  });
});

test("an answer nobody waits for is refused with the status", async () => {
  using b = await bench();
  const { id } = await b.launch();
  const problem = await expectProblem(
    await post(b, "provide_input", { id, answer: "3" }),
    400,
    "not_waiting_for_input",
  );
  expect(problem.detail).toContain("running");
});

test("the inbox says whose run asks", async () => {
  using b = await bench();
  const run = await askingRun(b);
  const { questions } = questionListSchema.parse(await (await b.call("GET", "/questions")).json());
  expect(questions).toMatchObject([
    { id: questionOf(run), run_id: run.id, from: { principal: "token:admin", name: "admin (token)" } },
  ]);
});

test("with several open questions one must be named", async () => {
  using b = await bench();
  const { id } = await b.launch();
  await b.engine.happen(
    id,
    chose({ id: "c1", tool: "ask_human", input: { question: "A?", choices: null, context: null } }),
  );
  const first = await stateOf(b, id);
  await b.engine.happen(id, {
    type: "question_asked",
    question: {
      id: "second",
      kind: "ask",
      callId: null,
      text: "B?",
      context: null,
      choices: [],
      freeText: true,
      audience: [],
      call: null,
      need: 1,
    },
  });
  const problem = await expectProblem(
    await post(b, "provide_input", { id, answer: "3" }),
    409,
    "question_ambiguous",
  );
  expect(problem.questions?.map((question) => question.id)).toEqual([questionOf(first), "second"]);
  expect((await post(b, "provide_input", { id, answer: "3", question_id: "second" })).status).toBe(200);
});

test("a second answer learns who was first; after the end the question is closed", async () => {
  using b = await bench();
  const run = await askingRun(b);
  const answer = { id: run.id, question_id: questionOf(run), answer: "3" };
  expect((await post(b, "provide_input", answer)).status).toBe(200);
  const problem = await expectProblem(
    await post(b, "provide_input", { ...answer, answer: "4" }),
    409,
    "already_answered",
  );
  expect(problem.detail).toMatch(/by admin \(token\) at 14 Nov 2023, 22:13 UTC/);

  const other = await askingRun(b);
  await post(b, "cancel", { id: other.id });
  const late = { id: other.id, question_id: questionOf(other), answer: "3" };
  await expectProblem(await post(b, "provide_input", late), 410, "question_closed");
});

test("an answer that is no choice leaves the question open", async () => {
  using b = await bench();
  const { id } = await b.launch();
  await b.engine.happen(id, {
    type: "question_asked",
    question: {
      id: "q1",
      kind: "stuck",
      callId: null,
      text: "Go on?",
      context: null,
      choices: [{ value: "stop", label: "Stop" }],
      freeText: false,
      audience: [],
      call: null,
      need: 1,
    },
  });
  const problem = await expectProblem(
    await post(b, "provide_input", { id, answer: "perhaps" }),
    422,
    "answer_invalid",
  );
  expect(problem.detail).toContain("stop");
  expect(problem.choices).toEqual([{ value: "stop", label: "Stop" }]);
  expect((await stateOf(b, id)).questions).toHaveLength(1);
});

test("who is not asked may neither answer nor approve", async () => {
  using b = await bench();
  const run = await askingRun(b);
  const answer = { id: run.id, answer: "3" };
  await expectProblem(await post(b, "provide_input", answer, "reader"), 403, "insufficient_scope");
  const approving = await approvingRun(b);
  expect(approving.questions[0]).toMatchObject({ kind: "approval", may_answer: true });
  const options = { as: "answerer" } as const;
  const seen = (await (await b.call("GET", `/agent/state/${approving.id}`, options)).json()) as RunState;
  expect(seen.questions[0]?.may_answer).toBe(false);
  expect(seen.can.approve.allowed).toBe(false);
});

test("a call is approved as shown, or refused with a reason that the model reads", async () => {
  using b = await bench();
  const run = await approvingRun(b);
  const by = { id: run.id, question_id: questionOf(run) };
  const approved = await (await post(b, "approve", by)).json();
  expect(approved).toMatchObject({ questions: [], settled: [{ outcome: { kind: "approved" } }] });

  const other = await approvingRun(b);
  const no = { id: other.id, question_id: questionOf(other), reason: "not on Fridays" };
  const refused = (await (await post(b, "refuse", no)).json()) as RunState;
  expect(refused.settled[0]?.outcome).toEqual({ kind: "refused", text: "not on Fridays" });
  expect(JSON.stringify(refused.context)).toContain("not on Fridays");
});

test("arguments that an approver changes are asked anew, in the answer, and approved by nobody yet", async () => {
  using b = await bench();
  const run = await approvingRun(b);
  const input = { service: "payments", environment: "production" };
  const response = await post(b, "approve", { id: run.id, question_id: questionOf(run), input });
  expect(await response.json()).toMatchObject({
    status: "waiting_human_input",
    pending_tool_calls: [{ arguments: input }],
    settled: [
      { id: questionOf(run), outcome: { kind: "changed" }, call: { input: { environment: "staging" } } },
    ],
    questions: [{ kind: "approval", call: { input }, approved_by: [] }],
  });
});

test("an approval of something that is none, and words for an approval, are refused", async () => {
  using b = await bench();
  const asking = await askingRun(b);
  const approve = { id: asking.id, question_id: questionOf(asking) };
  await expectProblem(await post(b, "approve", approve), 422, "answer_invalid");
  const approving = await approvingRun(b);
  await expectProblem(
    await post(b, "provide_input", { id: approving.id, answer: "yes" }),
    422,
    "answer_invalid",
  );
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

test("the list of runs filters, searches and pages", async () => {
  using b = await bench();
  const ids: string[] = [];
  for (const task of ["Alpha", "Beta", "Gamma", "Delta"]) {
    b.clock.time += 1000;
    ids.unshift((await b.launch(task)).id);
  }
  await b.engine.happen(ids[3] ?? "", asks("Which?"));
  const list = async (query: string) =>
    (await (await b.call("GET", `/agent/runs?${query}`)).json()) as { runs: RunState[]; next: string | null };
  const names = async (query: string) => (await list(query)).runs.map((run) => run.task);
  expect(await names("")).toEqual(["Delta", "Gamma", "Beta", "Alpha"]);
  expect(await names("text=LPH")).toEqual(["Alpha"]);
  expect(await names("asking=true")).toEqual(["Alpha"]);
  expect(await names("status=waiting_human_input,paused")).toEqual(["Alpha"]);
  expect(await names("agent=secret")).toEqual([]);
  expect(await names("principal=token:admin&limit=1")).toEqual(["Delta"]);
  const first = await list("limit=3");
  expect(first.next).not.toBeNull();
  expect(await names(`limit=3&cursor=${first.next}`)).toEqual(["Alpha"]);
  expect((await list("limit=4")).next).toBeNull();
});

test("the list of runs is narrowed by a tool and by the outcome, page by page", async () => {
  using b = await bench();
  const answered = async (task: string, answer: string) => {
    b.clock.time += 1000;
    const { id } = await b.launch(task);
    await b.engine.happen(id, { type: "completed", answer });
    return id;
  };
  const green = await answered("Alpha", "All GREEN again");
  for (let i = 0; i < 5; i++) await answered(`Beta ${i}`, "nothing to do");
  b.clock.time += 1000;
  const { id } = await b.launch("Gamma");
  await b.engine.happen(id, wantsRestart());
  const list = async (query: string) =>
    (await (await b.call("GET", `/agent/runs?${query}`)).json()) as { runs: RunState[]; next: string | null };
  const ids = async (query: string) => (await list(query)).runs.map((run) => run.id);
  expect(await ids("tool=restart_service")).toEqual([id]);
  expect(await ids("tool=restart")).toEqual([]);
  // The one that fits is behind many that don't, and more than one page of them is looked through.
  expect(await ids("outcome=green&limit=2")).toEqual([green]);
  expect(await ids("outcome=green&tool=restart_service")).toEqual([]);
  await expectProblem(await b.call("GET", "/agent/runs?tool="), 422, "validation_failed");
});

test("the request behind a model answer is rendered from the log", async () => {
  using b = await bench();
  const { id } = await askingRun(b);
  const request = await (await b.call("GET", `/agent/runs/${id}/requests/2`)).json();
  expect(request).toMatchObject({ run_id: id, version: 2, instructions: "Help.", prompt_hash: "hash" });
  expect(JSON.stringify(request)).toContain("What is 1 + 2?");
  await expectProblem(await b.call("GET", `/agent/runs/${id}/requests/1`), 404, "not_found");
  await expectProblem(await b.call("GET", `/agent/runs/${id}/requests/x`), 404, "not_found");
});

test("an approval that takes two people stays open after the first", async () => {
  using b = await bench();
  const { id } = await b.launch();
  await b.engine.happen(id, wantsRestart());
  await b.engine.happen(id, approvalAsked(await stateOf(b, id), 2));
  const run = await stateOf(b, id);
  const response = await post(b, "approve", { id, question_id: questionOf(run) });
  expect(await response.json()).toMatchObject({
    questions: [{ need: 2, approved_by: [{ principal: "token:admin" }] }],
  });
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
