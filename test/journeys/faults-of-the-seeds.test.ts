/** The ten faults that were seen when the original was run, each as what happens here instead. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import { hasEnded, type State, statusOf } from "../../src/core/state.ts";
import type { RunList } from "../../src/http/wire/runs.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { apiOf } from "../support/api.ts";
import { agent, type BotOptions, clock, startBot } from "../support/bot.ts";
import { startChild } from "../support/child.ts";
import { deployment } from "../support/deployment.ts";
import { gate } from "../support/gate.ts";
import { expectProblem } from "../support/http/problem.ts";
import { answerWith, ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const isWaitingForPeople = (state: State) => statusOf(state) === "waiting_human_input";

const root = mkdtempSync(join(tmpdir(), "belay-faults-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function start(options: BotOptions) {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return { bot, api: apiOf(bot) };
}

/** A tool that counts how often it is run. */
function counting(name: string, change: { effect?: "once" | "idempotent"; hold?: () => Promise<void> } = {}) {
  const runs: unknown[] = [];
  const tool: Tool = defineTool({
    name,
    description: "Counts.",
    input: z.object({}),
    effect: change.effect ?? "once",
    requiresApproval: false,
    run: async (input) => {
      runs.push(input);
      await change.hold?.();
      return `run ${runs.length}`;
    },
  });
  return { tool, runs };
}

async function killedInTheMiddle(effect: "once" | "idempotent"): Promise<{ path: string; runId: string }> {
  const path = join(mkdtempSync(join(root, "a-")), "belay.db");
  const child = startChild("test/support/bot-child.ts", [path, effect]);
  onTestFinished(() => child.kill());
  const runId = (await child.says(/^run_\w+\n/)).trim();
  await child.kill();
  return { path, runId };
}

describe("A: the process dies while a run is running", () => {
  async function restarted(effect: "once" | "idempotent") {
    const { path, runId } = await killedInTheMiddle(effect);
    const work = counting("work", { effect });
    const store = await openSqlite({ path, clock });
    onTestFinished(() => store.close());
    const { bot, api } = await start({ store, tools: [work.tool], model: scripted(finalAnswer("done")) });
    return { bot, api, runId, work };
  }

  test("the next one carries on by itself, and resume answers for what the run is", async () => {
    const { bot, api, runId, work } = await restarted("idempotent");
    await bot.untilEnd(runId);
    expect(await api.state(runId)).toMatchObject({ status: "complete", final_answer: "done" });
    expect(work.runs).toHaveLength(1);
    await expectProblem(await api.post("resume", { id: runId }), 409, "run_finished");
  });

  test("what may have happened is asked about, and never done again by itself", async () => {
    const { bot, api, runId, work } = await restarted("once");
    await bot.untilStatus(runId, "waiting_human_input");
    expect((await api.state(runId)).questions).toMatchObject([{ kind: "doubt", call: { tool: "work" } }]);
    await expectProblem(await api.post("resume", { id: runId }), 400, "waiting_for_input");
    expect((await api.post("provide_input", { id: runId, answer: "happened" })).ok).toBe(true);
    await bot.untilEnd(runId);
    expect(work.runs).toHaveLength(0);
  });
});

test("B: a run that is complete stays complete, whoever resumes it", async () => {
  const { bot, api } = await start({ model: scripted(finalAnswer("42")) });
  const { id } = await api.launch("what is it?");
  await bot.untilEnd(id);
  const before = await api.state(id);
  await expectProblem(await api.post("resume", { id }), 409, "run_finished");
  await expectProblem(await api.post("provide_input", { id, answer: "43" }), 400, "not_waiting_for_input");
  expect(await api.state(id)).toEqual(before);
  expect(before).toMatchObject({ status: "complete", final_answer: "42", error: null });
});

describe("C: two requests at the same moment, with 100 ms between check and write", () => {
  /** Two engines on one store, as two processes would be; every commit of a person takes its time. */
  async function two(options: BotOptions) {
    const store = await openSqlite({ path: ":memory:", clock });
    onTestFinished(() => store.close());
    const slow: Store = {
      ...store,
      commit: async (commit) => {
        if (commit.epoch === null) await new Promise((resolve) => setTimeout(resolve, 100));
        return store.commit(commit);
      },
    };
    const one = await start({ ...options, store: slow });
    const other = await start({ ...options, store: slow });
    // Each sees the commits of its own; either may drive the run.
    const until = (id: string, condition: (state: State) => boolean) =>
      Promise.race([one.bot.until(id, condition), other.bot.until(id, condition)]);
    return { until, apis: [one.api, other.api] as const };
  }

  test("of two resumes one is accepted, and the tool runs once", async () => {
    const held = gate();
    const { tool, runs } = counting("deploy", { hold: () => held.pass() });
    const model = scripted(calling(call("deploy", {}), ask("And now?")), finalAnswer("done"));
    const { until, apis } = await two({ model, tools: [tool] });
    const { id } = await apis[0].launch("deploy");
    await held.reached;
    await apis[0].post("pause", { id });
    held.open();
    await until(id, (state) => entriesOf(state).length === 3);
    const answers = await Promise.all(apis.map((api) => api.post("resume", { id })));
    expect(answers.map((response) => response.status).sort()).toEqual([200, 400]);
    await until(id, isWaitingForPeople);
    expect(runs).toHaveLength(1);
    await expectProblem(await apis[0].post("resume", { id }), 400, "waiting_for_input");
  });

  test("of two answers one wins, the other is told who was faster, and the model sees only the winner", async () => {
    const model = scripted(calling(ask("Shall I?")), finalAnswer("done"));
    const { until, apis } = await two({ model });
    const { id } = await apis[0].launch("ask me");
    await until(id, isWaitingForPeople);
    const question_id = (await apis[0].state(id)).questions[0]?.id;
    const words = ["yes", "no"];
    const answers = await Promise.all(
      apis.map((api, index) => api.post("provide_input", { id, question_id, answer: words[index] })),
    );
    const won = answers.findIndex((response) => response.ok);
    const lost = answers.find((response) => !response.ok);
    if (!lost) throw new Error("both answers were taken");
    expect((await expectProblem(lost, 409, "already_answered")).detail).toMatch(/^Already answered by/);
    await until(id, hasEnded);
    const told = JSON.stringify(model.requests.map((request) => request.input));
    expect(model.requests).toHaveLength(2);
    expect(words.map((word) => told.includes(`\\"${word}\\"`))).toEqual([won === 0, won === 1]);
  });
});

test("D: arguments that do not fit the schema never reach the tool; the model is told the path", async () => {
  const model = scripted(
    calling(call("sum_numbers", { a: "1", b: "2" }, "c1"), call("sum_numbers", { x: 1, b: 2 }, "c2")),
    finalAnswer("sorry"),
  );
  const { bot, api } = await start({ model });
  const { id } = await api.launch("1 + 2");
  const state = await bot.untilEnd(id);
  const outputs = entriesOf(state).flatMap((entry) => (entry.type === "result" ? [entry.output] : []));
  expect(outputs[0]).toMatch(/invalid_input.*input\.a: /);
  expect(outputs[1]).toMatch(/invalid_input.*input\.a: /);
  expect(JSON.stringify(outputs)).not.toMatch(/"12"|at .*\.ts/);
  expect(state.phase.at).toBe("complete");
});

describe("E: a run that gets nowhere", () => {
  test("a reply without a call is nudged once and then taken for the answer", async () => {
    const model = scripted({ text: "It is 42." });
    const { bot, api } = await start({ model });
    const { id } = await api.launch("what is it?");
    await bot.untilEnd(id);
    expect(await api.state(id)).toMatchObject({ status: "complete", final_answer: "It is 42.", steps: 2 });
    expect(model.requests).toHaveLength(2);
  });

  test("steps are granted again by a resume, but never beyond the total", async () => {
    let n = 0;
    const model = scripted(() => answerWith(calling(call("sum_numbers", { a: n++, b: 1 }))));
    const known = agent();
    const agents = [{ ...known, limits: { ...known.limits, steps: 3, totalSteps: 5 } }];
    const { bot, api } = await start({ model, agents });
    const { id } = await api.launch("count");
    await bot.untilStatus(id, "max_steps_reached");
    expect((await api.state(id)).steps).toBe(3);
    expect((await api.post("resume", { id })).status).toBe(200);
    await bot.untilEnd(id);
    expect(await api.state(id)).toMatchObject({
      status: "failed",
      steps: 5,
      error: expect.stringContaining("5 steps"),
    });
    expect(model.requests).toHaveLength(5);
  });
});

describe("F: in the last allowed step", () => {
  const last = () => {
    const known = agent();
    return [{ ...known, limits: { ...known.limits, steps: 1, totalSteps: 2 } }];
  };

  test("a final answer is delivered", async () => {
    const { bot, api } = await start({ model: scripted(finalAnswer("42")), agents: last() });
    const { id } = await api.launch("what is it?");
    await bot.untilEnd(id);
    expect(await api.state(id)).toMatchObject({
      status: "complete",
      final_answer: "42",
      pending_tool_calls: [],
    });
  });

  test("a question is asked, and its answer goes on", async () => {
    const model = scripted(calling(ask("Which?")), finalAnswer("42"));
    const { bot, api } = await start({ model, agents: last() });
    const { id } = await api.launch("what is it?");
    await bot.untilStatus(id, "waiting_human_input");
    await api.post("provide_input", { id, answer: "that" });
    await bot.untilEnd(id);
    expect(await api.state(id)).toMatchObject({ status: "complete", final_answer: "42" });
  });
});

test("G: arguments that are no JSON are told to the model, and the run goes on", async () => {
  const broken = { id: "c1", tool: "sum_numbers", arguments: '{"a": 1, "b"' };
  const { bot, api } = await start({ model: scripted(calling(broken), finalAnswer("3")) });
  const { id } = await api.launch("1 + 2");
  await bot.untilEnd(id);
  const run = await api.state(id);
  expect(run).toMatchObject({ status: "complete", final_answer: "3" });
  expect(JSON.stringify(run.context)).toContain("not valid JSON");
});

test("H: a pause while a slow tool is batched with final_answer pauses, and a resume delivers the answer", async () => {
  const held = gate();
  const { tool, runs } = counting("slow", { effect: "idempotent", hold: () => held.pass() });
  const model = scripted(calling(call("slow", {}), call("final_answer", { answer: "done" })));
  const { bot, api } = await start({ model, tools: [tool] });
  const { id } = await api.launch("slowly");
  await held.reached;
  expect(await (await api.post("pause", { id })).json()).toMatchObject({
    status: "paused",
    final_answer: null,
  });
  held.open();
  await bot.until(id, (state) => entriesOf(state).length === 3);
  expect(await api.state(id)).toMatchObject({ status: "paused", final_answer: null, error: null });
  await api.post("resume", { id });
  await bot.untilEnd(id);
  expect(await api.state(id)).toMatchObject({ status: "complete", final_answer: "done", error: null });
  expect(runs).toHaveLength(1);
});

test("I: what ran is listed, and is still there after a restart", async () => {
  const path = join(mkdtempSync(join(root, "i-")), "belay.db");
  const ids: string[] = [];
  for (const task of ["one", "two"]) {
    const store = await openSqlite({ path, clock });
    const bot = await startBot({ store, model: scripted(finalAnswer(task)) });
    const api = apiOf(bot);
    const { id } = await api.launch(task);
    ids.unshift(id);
    await bot.untilEnd(id);
    const list = (await (await api.get("/agent/runs")).json()) as RunList;
    expect(list.runs.map((run) => run.id)).toEqual(ids);
    expect(await api.state(ids.at(-1) ?? "")).toMatchObject({ final_answer: "one" });
    await bot.stop();
    await store.close();
  }
});

test("J: a call that needs approval waits for a person, wherever they are, and runs when they approve", async () => {
  const { done, tool } = deployment();
  const model = scripted(calling(call("deploy", { version: "v1" })), finalAnswer("out"));
  const { bot, api } = await start({ model, tools: [tool] });
  const { id } = await api.launch("deploy v1");
  await bot.untilStatus(id, "waiting_human_input");
  expect(done).toEqual([]);
  const [question] = (await api.state(id)).questions;
  expect(question).toMatchObject({ kind: "approval", call: { tool: "deploy", input: { version: "v1" } } });
  expect((await api.post("approve", { id, question_id: question?.id })).ok).toBe(true);
  await bot.untilEnd(id);
  expect(done).toEqual(["v1"]);
  expect(await api.state(id)).toMatchObject({ status: "complete", final_answer: "out" });
});
