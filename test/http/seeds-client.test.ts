/** The seeds' own clients, told only another address: no token, plain polling, `{detail}` on errors. */
import { expect, onTestFinished, test } from "vitest";
import { demoModel } from "../../adapters/demo/model.ts";
import { listeningBot } from "../support/http/bot.ts";

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

async function seedServer() {
  const server = await listeningBot({ model: demoModel(), config: { auth: { mode: "none" } } });
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
  return { post, state, statusUntil };
}

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
  expect([resumed.status, await resumed.json()]).toMatchObject([409, { detail: expect.any(String) }]);
  const unfinished = await post("/agent/launch", {});
  expect([unfinished.status, await unfinished.json()]).toMatchObject([422, { detail: expect.any(String) }]);
});
