/** The real engine behind the server: edited approvals, and people who act at the same moment. */
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { restartService } from "../../adapters/demo/tools.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { RunState } from "../../src/http/wire/runs.ts";
import { listeningBot } from "../support/http/bot.ts";
import { expectProblem } from "../support/http/problem.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const file = join(tmpdir(), `belay-races-${process.pid}.jsonl`);

async function server(model: Model) {
  const tools = [restartService({ file, seconds: 0 })];
  const { bot, url, stop } = await listeningBot({ model, tools });
  onTestFinished(async () => {
    await stop();
    await rm(file, { force: true });
  });
  const headers = { "content-type": "application/json", authorization: "Bearer secret-admin" };
  const post = (action: string, body: object) =>
    fetch(`${url}/agent/${action}`, { method: "POST", headers, body: JSON.stringify(body) });
  async function launch(): Promise<RunState> {
    const { id } = (await (await post("launch", { input_prompt: "Go" })).json()) as RunState;
    await bot.untilStatus(id, "waiting_human_input");
    return (await (await fetch(`${url}/agent/state/${id}`, { headers })).json()) as RunState;
  }
  return { bot, post, launch };
}

const restart = calling(call("restart_service", { service: "payments", environment: "staging" }));

test("an edit answers with the question that it asks, and that one is what runs; an edit that does not fit leaves the question open", async () => {
  const { bot, post, launch } = await server(scripted(restart, finalAnswer("Done.")));
  const run = await launch();
  const by = { id: run.id, question_id: run.questions[0]?.id };
  const bad = await post("approve", { ...by, input: { service: "Payments!", environment: "moon" } });
  await expectProblem(bad, 422, "answer_invalid");
  expect((await bot.engine.state(run.id))?.questions).toHaveLength(1);

  const input = { service: "payments", environment: "production" };
  const edited = await post("approve", { ...by, input });
  expect(edited.status).toBe(200);
  const { status, questions } = (await edited.json()) as RunState;
  expect({ status, questions }).toMatchObject({
    status: "waiting_human_input",
    questions: [{ kind: "approval", call: { input }, approved_by: [] }],
  });
  await expectProblem(await post("approve", by), 409, "already_answered");
  expect((await post("approve", { id: run.id, question_id: questions[0]?.id })).status).toBe(200);
  await bot.untilEnd(run.id);
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([input]);
});

test("of two answers at once one wins, and the other is told who was faster", async () => {
  const model = scripted(calling(ask("Yes or no?")), finalAnswer("Done."));
  const { bot, post, launch } = await server(model);
  const run = await launch();
  const answer = (text: string) =>
    post("provide_input", { id: run.id, question_id: run.questions[0]?.id, answer: text });
  const [yes, no] = await Promise.all([answer("yes"), answer("no")]);
  const [winner, loser] = yes.ok ? [yes, no] : [no, yes];
  expect(winner.status).toBe(200);
  const problem = await expectProblem(loser, 409, "already_answered");
  expect(problem.detail).toContain("by admin (token) at");
  await bot.untilEnd(run.id);
  const told = JSON.stringify(model.requests[1]?.input);
  expect([told.includes('\\"yes\\"'), told.includes('\\"no\\"')]).toEqual([yes.ok, no.ok]);
  expect(model.requests).toHaveLength(2);
});

test("of two resumes at once one is accepted, and the approved call runs once", async () => {
  const { bot, post, launch } = await server(scripted(restart, finalAnswer("Done.")));
  const run = await launch();
  expect((await post("pause", { id: run.id })).status).toBe(200);
  expect((await post("approve", { id: run.id, question_id: run.questions[0]?.id })).status).toBe(200);
  const responses = await Promise.all([post("resume", { id: run.id }), post("resume", { id: run.id })]);
  expect(responses.map((response) => response.status).sort()).toEqual([200, 409]);
  await bot.untilEnd(run.id);
  expect((await readFile(file, "utf8")).trim().split("\n")).toHaveLength(1);
});
