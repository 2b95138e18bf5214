/** The way back over the API: offered in the run, taken once, answered with the run in which it is done. */
import { expect, onTestFinished, test } from "vitest";
import { runStateSchema } from "../../src/http/wire/runs.ts";
import { type ListeningBot, listeningBot } from "../support/http/bot.ts";
import { expectProblem } from "../support/http/problem.ts";
import { bench, stateOf, undoableRun } from "../support/http/server.ts";
import { deployed, deployment, deploysOnce } from "../support/undoable.ts";

async function start(): Promise<ListeningBot> {
  const { tool } = deployment();
  const bot = await listeningBot({ model: deploysOnce(), tools: [tool], config: { auth: { mode: "none" } } });
  onTestFinished(() => bot.stop());
  return bot;
}

async function post(bot: ListeningBot, path: string, body: object, key?: string): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    ...(key === undefined ? {} : { "idempotency-key": key }),
  };
  return fetch(`${bot.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

test("after the end it is answered with a new run, once, and the same key is answered the same", async () => {
  const bot = await start();
  const { runId, questionId } = await deployed(bot.bot);
  const body = { id: runId, question_id: questionId };
  const pressed = await post(bot, "/agent/undo", body, "one press");
  expect(pressed.status).toBe(200);
  const run = runStateSchema.parse(await pressed.json());
  expect(run).toMatchObject({ task: "Undo deploy v1", parent_id: null });
  expect(run.id).not.toBe(runId);
  const again = await post(bot, "/agent/undo", body, "one press");
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(await again.json()).toMatchObject({ id: run.id });
  const second = await post(bot, "/agent/undo", body);
  const problem = await expectProblem(second, 409, "undo_asked");
  expect(problem.instance).toBe(`/agent/state/${run.id}`);
});

test("while the run goes on it is answered with that run, whose settled question says who asked", async () => {
  using b = await bench();
  const { run, questionId } = await undoableRun(b);
  expect(run.settled).toMatchObject([
    { undo: { tool: "restart_service", state: "offered", can: { allowed: true, why: null } } },
  ]);
  const response = await b.call("POST", "/agent/undo", { json: { id: run.id, question_id: questionId } });
  expect(runStateSchema.parse(await response.json())).toMatchObject({
    id: run.id,
    settled: [{ undo: { state: "asked", asked_by: { principal: "token:admin" }, can: { allowed: false } } }],
    pending_tool_calls: [{ name: "restart_service", call_id: `undo:${questionId}` }],
  });
  const json = { id: run.id, question_id: questionId };
  await expectProblem(await b.call("POST", "/agent/undo", { json }), 409, "undo_asked");
});

test("what offers no way back has none to take, and who may not launch is shown why", async () => {
  using b = await bench();
  const { run, questionId } = await undoableRun(b);
  const json = { id: run.id, question_id: `${run.id}.99` };
  await expectProblem(await b.call("POST", "/agent/undo", { json }), 409, "not_undoable");
  const shown = await (await b.call("GET", `/agent/state/${run.id}`, { as: "reader" })).json();
  expect(runStateSchema.parse(shown).settled[0]?.undo?.can).toMatchObject({ allowed: false });
  expect((await stateOf(b, run.id)).settled[0]?.id).toBe(questionId);
});
