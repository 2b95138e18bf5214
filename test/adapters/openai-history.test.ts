/** A history that strict servers take: nobody says nothing, and words follow only what the model said. */
import { expect, test } from "vitest";
import type { ModelInput } from "../../src/core/ports/model.ts";
import { everyFeature, testModel } from "../support/model/openai.ts";
import { modelRequest, result, user } from "../support/model/request.ts";
import { responsesStream, type SseServer, sseServer, stream } from "../support/model/sse.ts";
import { chatHello, strictly, strictTurns } from "../support/model/strict.ts";

const signal = new AbortController().signal;

function answered(text: string | null, ...ids: string[]): ModelInput {
  const calls = ids.map((id) => ({ id, tool: "power", input: {} }));
  return { type: "model", text, calls, items: [], provider: "another" };
}

const history: ModelInput[] = [
  user("data"),
  user("task"),
  answered(""),
  user("You said nothing."),
  answered(null, "c1", "c2"),
  result("c1", "1"),
  result("c2", ""),
  user("words of a person"),
  user("and more"),
  answered("done"),
  user("thanks"),
];

test("a strict server takes an empty answer with its reminder, and a person's words after a result", async () => {
  const server: SseServer = await sseServer(strictly(() => server, [strictTurns], chatHello));
  await using _ = server;
  const answer = await testModel(server.url, { api: "chat" }).answer(modelRequest(history), signal);
  expect(answer.text).toBe("Hello.");
  expect(server.bodies).toHaveLength(1);
  expect(server.bodies[0]?.messages).toMatchObject([
    { role: "system" },
    { role: "user", content: "data\n\ntask\n\nYou said nothing." },
    { role: "assistant", tool_calls: [{ id: "c1" }, { id: "c2" }] },
    { role: "tool", tool_call_id: "c1", content: "1" },
    { role: "tool", tool_call_id: "c2", content: "(no output)\n\nwords of a person\n\nand more" },
    { role: "assistant", content: "done" },
    { role: "user", content: "thanks" },
  ]);
});

test("a server that was thought to be free and is not learns no more than it must: the run goes on", async () => {
  const server: SseServer = await sseServer(strictly(() => server, [strictTurns], chatHello));
  await using _ = server;
  const model = testModel(server.url, { api: "chat", features: { ...everyFeature, freeTurns: true } });
  const answer = await model.answer(modelRequest(history), signal);
  expect(answer.leftOut).toMatchObject([
    { field: "freeTurns", words: expect.stringContaining("Unexpected role") },
  ]);
  await model.answer(modelRequest(history), signal);
  expect(server.bodies).toHaveLength(3);
});

test("OpenAI itself is told each by its own, and no answer that said nothing", async () => {
  await using server = await sseServer(stream(...responsesStream([])));
  await testModel(server.url, { features: { ...everyFeature, freeTurns: true } }).answer(
    modelRequest(history),
    signal,
  );
  const input = server.bodies[0]?.input as { role?: string; type?: string }[] | undefined;
  expect(input?.map(({ role, type }) => role ?? type)).toEqual([
    "user",
    "user",
    "user",
    "function_call",
    "function_call",
    "function_call_output",
    "function_call_output",
    "user",
    "user",
    "assistant",
    "user",
  ]);
});

test("a reasoning model that said nothing leaves no reasoning without what follows it", async () => {
  await using server = await sseServer(
    stream(...responsesStream([{ type: "reasoning", id: "rs_1", summary: [] }])),
  );
  const model = testModel(server.url);
  const empty = await model.answer(modelRequest([user("go")]), signal);
  const { text, items, provider } = empty;
  await model.answer(
    modelRequest([user("go"), { type: "model", text, calls: [], items, provider }, user("again")]),
    signal,
  );
  expect(server.bodies[1]?.input).toEqual([{ role: "user", content: "go\n\nagain" }]);
});
