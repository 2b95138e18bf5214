/** Answers and approvals over the API: which question they settle, and why one is refused. */
import { expect, test } from "vitest";
import { questionListSchema } from "../../src/http/wire/questions.ts";
import type { RunState } from "../../src/http/wire/runs.ts";
import { expectProblem } from "../support/http/problem.ts";
import {
  approvalAsked,
  approvingRun,
  askingRun,
  type Bench,
  bench,
  chose,
  questionOf,
  stateOf,
  wantsRestart,
} from "../support/http/server.ts";
import { questionWith } from "../support/question.ts";

const post = (b: Bench, action: string, json: object, as: Parameters<Bench["launch"]>[1] = "admin") =>
  b.call("POST", `/agent/${action}`, { json, as });

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
    question: questionWith({ id: "second", text: "B?" }),
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
    question: questionWith({
      id: "q1",
      kind: "stuck",
      choices: [{ value: "stop", label: "Stop" }],
      freeText: false,
    }),
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
