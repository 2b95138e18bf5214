/** The seeds' own clients, told only another address: no token, plain polling, `{detail}` on errors. */
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { demoModel } from "../../adapters/demo/model.ts";
import { OutcomeUnknown } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent } from "../support/bot.ts";
import { listeningBot } from "../support/http/bot.ts";
import { ask, call, calling, finalAnswer, noUsage, scripted } from "../support/model/scripted.ts";

/** The seven fields of the seeds' state, and nothing else that they know. */
interface SeedState {
  id: string;
  steps: number;
  status: string;
  context: { role?: string; type?: string; name?: string; arguments?: string; output?: string }[];
  pending_tool_calls: unknown[];
  error: string | null;
  final_answer: string | null;
}

async function seedServer(options: Partial<Parameters<typeof listeningBot>[0]> = {}) {
  const server = await listeningBot({ model: demoModel(), ...options, config: { auth: { mode: "none" } } });
  onTestFinished(() => server.stop());
  const headers = { "content-type": "application/json", origin: "http://localhost:5173" };
  const post = (path: string, body: object) =>
    fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const state = async (id: string) =>
    (await (await fetch(`${server.url}/agent/state/${id}`)).json()) as SeedState;
  const statusUntil = async (id: string, ...statuses: string[]) => {
    // The seeds' client polls; here each commit is awaited instead of a pause.
    await server.bot.until(id, () => true);
    for (;;) {
      const seen = await state(id);
      if (statuses.includes(seen.status)) return seen;
      await server.bot.until(
        id,
        (now) => now.steps > seen.steps || now.questions.length > 0 || "answer" in now.phase,
      );
    }
  };
  /** As the seeds' clients find what they show: the last `ask_human` of the context. */
  const asked = async (id: string) => {
    const { context } = await statusUntil(id, "waiting_human_input");
    const item = context.findLast(({ type, name }) => type === "function_call" && name === "ask_human");
    return JSON.parse(item?.arguments ?? "{}") as { question?: string; choices?: string[] };
  };
  const launch = async (task: string) => {
    const launched = await post("/agent/launch", { input_prompt: task });
    expect(launched.status).toBe(200);
    return ((await launched.json()) as SeedState).id;
  };
  const answer = (id: string, words: string) => post("/agent/provide_input", { id, answer: words });
  return { bot: server.bot, post, state, statusUntil, asked, launch, answer };
}

function deployment(run: (input: { service: string }) => string) {
  return defineTool({
    name: "deploy",
    description: "Deploy.",
    input: z.object({ service: z.string() }),
    effect: "once",
    requiresApproval: true,
    preview: async ({ service }) => `${service}: v1 → v2`,
    run,
  });
}

const deploys = (service: string, id: string) => calling(call("deploy", { service }, id));

test("launch, poll, answer what is asked, poll, read the final answer", async () => {
  const { post, statusUntil } = await seedServer();
  const launched = await post("/agent/launch", {
    input_prompt: "What is (17 + 5) * 3, divided by a number you must ask me for?",
  });
  expect(launched.ok).toBe(true);
  const { id } = (await launched.json()) as SeedState;

  const waiting = await statusUntil(id, "waiting_human_input");
  expect(waiting.final_answer).toBeNull();
  // The seeds' console and client look for the question here.
  const asked = waiting.context.findLast((item) => item.type === "function_call");
  expect(asked?.name).toBe("ask_human");
  expect(JSON.parse(asked?.arguments ?? "{}")).toMatchObject({ question: expect.any(String) });

  expect((await post("/agent/provide_input", { id, answer: "3" })).ok).toBe(true);
  const done = await statusUntil(id, "complete", "failed", "max_steps_reached");
  expect(done).toMatchObject({ status: "complete", error: null, pending_tool_calls: [] });
  expect(done.final_answer).toContain("22");
  const outputs = done.context.filter((item) => item.type === "function_call_output");
  for (const { output } of outputs) expect(JSON.parse(output ?? "")).toBeTypeOf("object");
});

test("errors carry the detail that the seeds' clients show, with their codes", async () => {
  const { post, statusUntil } = await seedServer();
  const missing = await post("/agent/resume", { id: "3f2c0f5e-0000-4000-8000-000000000000" });
  expect([missing.status, await missing.json()]).toMatchObject([404, { detail: expect.any(String) }]);
  const launched = await post("/agent/launch", { input_prompt: "What is 2 + a number you must ask me for?" });
  const { id } = (await launched.json()) as SeedState;
  await statusUntil(id, "waiting_human_input");
  const resumed = await post("/agent/resume", { id });
  expect([resumed.status, await resumed.json()]).toMatchObject([400, { detail: expect.any(String) }]);
  const unfinished = await post("/agent/launch", {});
  expect([unfinished.status, await unfinished.json()]).toMatchObject([422, { detail: expect.any(String) }]);
});

test("an approval is asked like a question, and given by the word that it names", async () => {
  const done: string[] = [];
  const tool = deployment(({ service }) => `deployed ${done.push(service)}`);
  const model = scripted(deploys("web", "c1"), finalAnswer("done"));
  const { asked, launch, answer, statusUntil } = await seedServer({ model, tools: [tool] });
  const id = await launch("deploy");
  const { question, choices } = await asked(id);
  expect(question).toBe(
    'May I run deploy?\ndeploy\nservice: web\nweb: v1 → v2\nAnswer "approve" or "refuse: your reason".',
  );
  expect(choices).toEqual(["approve", "refuse: your reason"]);
  for (const words of ["yes", "approve it", "approve #99"]) {
    const loose = await answer(id, words);
    expect([loose.status, await loose.json()]).toMatchObject([422, { detail: expect.any(String) }]);
  }
  expect(done).toEqual([]);
  expect((await answer(id, " Approve ")).status).toBe(200);
  expect(await statusUntil(id, "complete")).toMatchObject({ final_answer: "done" });
  expect(done).toEqual(["web"]);
});

test("once another call was shown, a bare word approves nothing: it could be meant for that one", async () => {
  const done: string[] = [];
  const tool = deployment(({ service }) => `deployed ${done.push(service)}`);
  const model = scripted(deploys("staging", "c1"), deploys("production", "c2"), finalAnswer("done"));
  const { bot, asked, launch, answer, statusUntil } = await seedServer({ model, tools: [tool] });
  const id = await launch("deploy");
  await asked(id);
  expect((await answer(id, "refuse: not on Fridays")).status).toBe(200);
  const second = await bot.until(id, ({ questions: [now] }) => now?.callId === "c2");
  expect((await answer(id, "approve")).status).toBe(422);
  const number = second.questions[0]?.id.split(".").at(-1);
  expect((await asked(id)).choices).toEqual([`approve #${number}`, "refuse: your reason"]);
  expect((await answer(id, `approve #${number}`)).status).toBe(200);
  await statusUntil(id, "complete");
  expect(done).toEqual(["production"]);
  expect(JSON.stringify(model.requests[1]?.input)).toContain("not on Fridays");
});

test("of two questions that one answer opened none is settled by an answer that names none; each is by its id", async () => {
  const both = calling(ask("Which region?"), ask("Which zone?"));
  const model = scripted(both, finalAnswer("done"));
  const { bot, post, launch, answer, statusUntil } = await seedServer({ model });
  const id = await launch("deploy");
  await bot.until(id, ({ questions }) => questions.length === 2);
  // The seeds' servers asked one after the other; here both stand, and a bare answer could be meant for either.
  const bare = await answer(id, "eu");
  const { detail, questions } = (await bare.json()) as {
    detail: string;
    questions: { id: string; text: string }[];
  };
  expect([bare.status, detail]).toEqual([409, "Several questions are open: name one by its id."]);
  expect(questions.map(({ text }) => text)).toEqual(["Which region?", "Which zone?"]);
  const zone = questions[1]?.id;
  expect((await post("/agent/provide_input", { id, question_id: zone, answer: "b" })).status).toBe(200);
  // One is left: the seeds' clients, which name none, answer it.
  expect((await answer(id, "eu")).status).toBe(200);
  expect(await statusUntil(id, "complete")).toMatchObject({ final_answer: "done" });
  const results = model.requests[1]?.input.flatMap((item) => (item.type === "result" ? [item.output] : []));
  expect(results?.toSorted()).toEqual(['{"answer":"b"}', '{"answer":"eu"}']);
});

test("a doubt is asked like a question; it runs again only by its number", async () => {
  const done: string[] = [];
  const tool = deployment(({ service }) => {
    if (done.push(service) === 1) throw new OutcomeUnknown("the reply was lost");
    return "deployed";
  });
  const model = scripted(deploys("web", "c1"), finalAnswer("done"));
  const { bot, asked, launch, answer, statusUntil } = await seedServer({ model, tools: [tool] });
  const id = await launch("deploy");
  await asked(id);
  await answer(id, "approve");
  await bot.until(id, ({ questions }) => questions[0]?.kind === "doubt");
  const { question, choices = [] } = await asked(id);
  expect(question).toContain("I can't tell whether deploy ran: the reply was lost. Did it?");
  expect(choices).toEqual(["happened", expect.stringMatching(/^run #\d+$/), "stop"]);
  expect((await answer(id, "run")).status).toBe(409);
  expect(done).toEqual(["web"]);
  expect((await answer(id, choices[1] ?? "")).status).toBe(200);
  await statusUntil(id, "complete");
  expect(done).toEqual(["web", "web"]);
});

test("a budget is asked like a question, and goes on with a choice", async () => {
  const usage = { ...noUsage, inputTokens: 1_000 };
  const looks = { ...calling(call("sum_numbers", { a: 1, b: 2 }, "c1")), usage };
  const model = scripted(looks, finalAnswer("done"));
  const limits = { ...agent().limits, tokens: 500 };
  const { asked, launch, answer, statusUntil } = await seedServer({ model, agents: [agent({ limits })] });
  const id = await launch("look");
  const { question, choices } = await asked(id);
  expect(question).toMatch(/^This run has used 1,000 tokens of 500\. .*\nAnswer "continue" or "stop"\.$/);
  expect(choices).toEqual(["continue", "stop"]);
  expect((await answer(id, "continue")).status).toBe(200);
  expect(await statusUntil(id, "complete")).toMatchObject({ final_answer: "done" });
});

test("what is no answer, resume or pause now is 400, as the seeds' servers say it", async () => {
  const { post, launch, answer, statusUntil } = await seedServer({ model: scripted(finalAnswer("done")) });
  const id = await launch("say it");
  await statusUntil(id, "complete");
  for (const response of [await answer(id, "3"), await post("/agent/pause", { id })]) {
    expect([response.status, await response.json()]).toMatchObject([400, { detail: expect.any(String) }]);
  }
});
