/** What a run has said, in the seeds' shapes; and the request behind a model's answer. */
import { expect, test } from "vitest";
import { expectProblem } from "../support/http/problem.ts";
import { askingRun, bench, chose, stateOf } from "../support/http/server.ts";

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

test("the request behind a model answer is rendered from the log", async () => {
  using b = await bench();
  const { id } = await askingRun(b);
  const request = await (await b.call("GET", `/agent/runs/${id}/requests/2`)).json();
  expect(request).toMatchObject({ run_id: id, version: 2, instructions: "Help.", prompt_hash: "hash" });
  expect(JSON.stringify(request)).toContain("What is 1 + 2?");
  await expectProblem(await b.call("GET", `/agent/runs/${id}/requests/1`), 404, "not_found");
  await expectProblem(await b.call("GET", `/agent/runs/${id}/requests/x`), 404, "not_found");
});
