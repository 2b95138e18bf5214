/** When the model or its provider misbehaves: retried with patience, compacted once, ended with words. */
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { ModelError } from "../../src/core/ports/model.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent, type BotOptions, operator, startBot } from "../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

async function start(options: BotOptions) {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return bot;
}

const limited = (limits: Partial<ReturnType<typeof agent>["limits"]>) => {
  const known = agent();
  return [{ ...known, tools: [...known.tools, "page"], limits: { ...known.limits, ...limits } }];
};
const page = defineTool({
  name: "page",
  description: "Read a page.",
  input: z.object({ number: z.number() }),
  effect: "read",
  run: ({ number }) => `page ${number}: ${"words ".repeat(60)}`,
});
const read = (number: number) => calling(call("page", { number }));

describe("the provider", () => {
  test("is asked again after a failure that may pass; a resume asks at once", async () => {
    const busy = new ModelError("overloaded", "busy", { retryable: true, retryAfterMs: 3_600_000 });
    const model = scripted(busy, finalAnswer("42"));
    const bot = await start({ model });
    const runId = await bot.launch("think");
    const failed = await bot.until(runId, ({ phase }) => phase.at === "thinking" && phase.retryAt !== null);
    expect(failed.phase).toMatchObject({ attempts: 1 });
    const by = { actor: operator, via: { channel: "console" } };
    await bot.engine.command(runId, { type: "pause", ...by }, null);
    await bot.engine.command(runId, { type: "resume", ...by }, null);
    expect((await bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "42" });
  });

  test("is asked again only on a person's word when the failure is theirs to mend", async () => {
    const refused = new ModelError("auth", "The key was refused.", { retryable: false });
    const model = scripted(refused, finalAnswer("42"));
    const bot = await start({ model });
    const runId = await bot.launch("think");
    const asking = await bot.untilStatus(runId, "waiting_human_input");
    expect(asking.questions).toMatchObject([
      { kind: "stuck", text: "The model is not available. The key was refused." },
    ]);
    expect(model.requests).toHaveLength(1);
    const by = { actor: operator, via: { channel: "console" } };
    await bot.engine.command(
      runId,
      { type: "provide_input", questionId: null, answer: "continue", ...by },
      null,
    );
    expect((await bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "42" });
  });

  test("is not asked again after a request that it will always reject", async () => {
    const model = scripted(new ModelError("bad_request", "rejected", { retryable: false }));
    const bot = await start({ model });
    const state = await bot.untilEnd(await bot.launch("think"));
    expect(state.phase).toMatchObject({ at: "failed", code: "bad_request", message: "rejected" });
    expect(model.requests).toHaveLength(1);
  });

  test("a driver's bug ends the run with words instead of spinning", async () => {
    const bot = await start({ model: scripted(new TypeError("x is not a function")) });
    const state = await bot.untilEnd(await bot.launch("think"));
    expect(state.phase).toMatchObject({
      at: "failed",
      message: expect.stringContaining("x is not a function"),
    });
  });

  test("an overflow is answered by one compaction, a second in a row by an end", async () => {
    const overflow = new ModelError("context_overflow", "too long", { retryable: false });
    const model = scripted(read(1), read(2), read(3), overflow, finalAnswer("4"));
    const bot = await start({ model, tools: [page] });
    const state = await bot.untilEnd(await bot.launch("sum"));
    expect(state.phase).toMatchObject({ at: "complete", answer: "4" });
    const types = (await bot.store.read(state.runId)).map((event) => event.type);
    expect(types.filter((type) => type === "compacted")).toHaveLength(1);
    const lengths = model.requests.map((request) => request.input.length);
    expect(lengths[4]).toBeLessThan(lengths[3] ?? 0);

    const again = scripted(read(1), read(2), read(3), overflow, overflow);
    const other = await start({ model: again, tools: [page] });
    const failed = await other.untilEnd(await other.launch("sum"));
    expect(failed.phase).toMatchObject({ at: "failed", code: "context_overflow" });
  });
});

test.each([
  { given: ["a~2", "a", "a"], own: ["a~2", "a", "a~2~2"], refused: ["a~2~2"] },
  { given: ["a", "a", "a~1"], own: ["a", "a~1~1", "a~1"], refused: ["a~1~1"] },
  { given: ["", "", "~1"], own: ["~0", "~1~1", "~1"], refused: [] },
])("calls with the ids $given are told apart", async ({ given, own, refused }) => {
  const calls = given.map((id, a) => call("sum_numbers", { a, b: 1 }, id));
  const bot = await start({ model: scripted(calling(...calls), finalAnswer("done")) });
  const runId = await bot.launch("add");
  await bot.untilEnd(runId);
  const events = await bot.engine.events(runId);
  const answered = events.find(({ type }) => type === "model_answered");
  expect(answered?.type === "model_answered" && answered.calls.map(({ id }) => id)).toEqual(own);
  const failed = events.flatMap((event) => (event.type === "call_failed" ? [event.callId] : []));
  expect(failed).toEqual(refused);
});

test("a hundred calls in one answer: the first eight run, each of the rest is told why not", async () => {
  const many = Array.from({ length: 100 }, (_, a) => call("sum_numbers", { a, b: 1 }));
  const model = scripted(calling(...many), finalAnswer("ok"));
  const bot = await start({ model });
  const state = await bot.untilEnd(await bot.launch("sums"));
  const results = entriesOf(state).flatMap((entry) => (entry.type === "result" ? [entry] : []));
  expect(results.filter((result) => result.ok && result.tool === "sum_numbers")).toHaveLength(8);
  expect(results.filter((result) => !result.ok)).toHaveLength(92);
});

test("two calls with one id: the first counts, the second gets its own id and an error", async () => {
  const twins = calling(call("sum_numbers", { a: 1, b: 1 }, "c"), call("sum_numbers", { a: 2, b: 2 }, "c"));
  const bot = await start({ model: scripted(twins, finalAnswer("ok")) });
  const state = await bot.untilEnd(await bot.launch("sums"));
  const results = entriesOf(state).flatMap((entry) => (entry.type === "result" ? [entry] : []));
  expect(results.map((result) => [result.callId, result.ok])).toEqual([
    ["c~1", false],
    ["c", true],
    [expect.any(String), true],
  ]);
});

test("long runs compact by themselves, and every request without one repeats the former one's beginning", async () => {
  const steps = Array.from({ length: 30 }, (_, number) => read(number));
  const model = scripted(...steps, finalAnswer("done"));
  const bot = await start({ model, tools: [page], agents: limited({ steps: 50, contextTokens: 1000 }) });
  const state = await bot.untilEnd(await bot.launch("count"));
  expect(state.phase.at).toBe("complete");
  const starts = model.requests.slice(1).map((request, index) => {
    const former = JSON.stringify(model.requests[index]?.input).slice(0, -1);
    return JSON.stringify(request.input).startsWith(former);
  });
  const compactions = (await bot.store.read(state.runId)).filter(
    (event) => event.type === "compacted",
  ).length;
  expect(compactions).toBeGreaterThan(0);
  expect(starts.filter((repeats) => !repeats)).toHaveLength(compactions);
});

test("a provider that uses its call ids again gets another key for each call", async () => {
  const keys: string[] = [];
  const tag = defineTool({
    name: "tag",
    description: "Tag.",
    input: z.object({ version: z.string() }),
    effect: "idempotent",
    requiresApproval: false,
    run: (_, { key }) => {
      keys.push(key);
      return "tagged";
    },
  });
  const versions = ["v1", "v2", "v3"];
  const model = scripted(
    ...versions.map((version) => calling(call("tag", { version }, "call_0"))),
    finalAnswer("done"),
  );
  const bot = await start({ model, tools: [tag] });
  const runId = await bot.launch("tag them");
  await bot.untilEnd(runId);
  expect(keys).toEqual([`${runId}:call_0.1`, `${runId}:call_0.2`, `${runId}:call_0.3`]);
});
