/** A client that has a person of its own puts the run's question to them, and the call goes on with the answer. */
import { expect, test } from "vitest";
import { callHash } from "../../src/http/mcp/call-hash.ts";
import { operator } from "../support/bot.ts";
import { approve, asked as questionAsked, settle } from "../support/deployment.ts";
import { type Told, textOf } from "../support/http/mcp.ts";
import { call, offeringBot } from "../support/http/mcp-bot.ts";
import { type Answer, clientWith } from "../support/http/mcp-person.ts";
import { deployment } from "../support/undoable.ts";

const accept = (answer: string): Answer => ({ action: "accept", content: { answer } });
const task = { task: "deploy payments", wait_s: 50 };

test("a question is asked in the middle of the call, and its answer is one like every other", async () => {
  const { url, bot } = await offeringBot();
  const { client, shown } = await clientWith(url, "secret-admin", () => accept("v2"));
  const told = await call(client, "start_run", task);
  expect(shown).toEqual([
    {
      mode: "form",
      message: "Which version?",
      requestedSchema: {
        type: "object",
        properties: {
          answer: { type: "string", title: "Answer", description: "One of: v1, v2; or your own words." },
        },
        required: ["answer"],
      },
    },
  ]);
  expect(told).toMatchObject({
    content: [{ text: "Deployed v2." }],
    structuredContent: { status: "complete" },
  });
  // One run, although the call was sent twice; and what a program says is not trusted.
  const runs = await bot.store.runs({ limit: 5 });
  expect(runs).toHaveLength(1);
  const state = await bot.engine.state(runs[0]?.runId ?? "");
  expect(state?.settled.map(({ kind, outcome, from }) => [kind, outcome.text, from?.principal])).toEqual([
    ["ask", "v2", "token:admin"],
  ]);
});

test.each(["decline", "cancel"] as const)(
  "who would rather not (%s) is told how else, and asked no more",
  async (action) => {
    const { url } = await offeringBot();
    const { client, shown } = await clientWith(url, "secret-admin", () => ({ action }));
    const told = await call(client, "start_run", task);
    expect(textOf(told)).toContain("It asks: Which version? Choices: v1, v2.");
    const look = { id: String(told.structuredContent?.id), wait_s: 0 };
    expect(textOf(await call(client, "get_run", look))).toContain("It asks: Which version?");
    expect(shown).toHaveLength(1);
  },
);

test("somebody else is quicker: the call goes on with their answer", async () => {
  const { url, bot } = await offeringBot();
  const { client } = await clientWith(url, "secret-admin", async () => {
    const [run] = await bot.store.runs({ limit: 1 });
    const via = { channel: "console" } as const;
    const answer = { type: "provide_input", questionId: null, answer: "v1", actor: operator, via } as const;
    await bot.engine.command(run?.runId ?? "", answer, null);
    return accept("v2");
  });
  expect(await call(client, "start_run", task)).toMatchObject({ structuredContent: { status: "complete" } });
  const [run] = await bot.store.runs({ limit: 1 });
  const state = await bot.engine.state(run?.runId ?? "");
  expect(state?.settled.map(({ outcome }) => outcome.text)).toEqual(["v1"]);
});

test("the run is stopped meanwhile: the call is told how it ended", async () => {
  const { url, bot } = await offeringBot();
  const { client } = await clientWith(url, "secret-admin", async () => {
    const [run] = await bot.store.runs({ limit: 1 });
    const via = { channel: "console" } as const;
    const cancel = { type: "cancel", reason: "enough", actor: operator, via } as const;
    await bot.engine.command(run?.runId ?? "", cancel, null);
    return accept("v2");
  });
  const told = await call(client, "start_run", task);
  expect(told).toMatchObject({ isError: true, structuredContent: { status: "cancelled" } });
});

test("an answer longer than answer_question takes is refused as there, and the question stays open", async () => {
  const { url, bot } = await offeringBot();
  const { client } = await clientWith(url, "secret-admin", () => accept("x".repeat(40_000)));
  const told = await call(client, "start_run", task);
  expect(told).toMatchObject({ isError: true });
  expect(textOf(told)).toContain("32,768");
  const [run] = await bot.store.runs({ limit: 1 });
  expect((await bot.engine.state(run?.runId ?? ""))?.questions).toHaveLength(1);
});

test("an approval is asked of no client, whoever holds its token", async () => {
  const { done, tool } = deployment();
  const { url, bot } = await offeringBot({ tools: [tool] });
  const { client, shown } = await clientWith(url, "secret-admin", () => accept("approve"));
  const args = { version: "v1", wait_s: 0, idempotency_key: "k" };
  const begun = await call(client, "deploy", args);
  const id = String(begun.structuredContent?.id);
  const questionId = await questionAsked(bot, id);
  await call(client, "get_run", { id, wait_s: 0 });
  // Nor when the client makes up the round.
  const hash = callHash("get_run", { id, wait_s: 0 });
  const requestState = JSON.stringify({ call: hash, run: id, question: questionId, isForm: false });
  const inputResponses = { question: accept("approve") };
  const forged = await client.request({
    method: "tools/call",
    params: { name: "get_run", arguments: { id, wait_s: 0 }, inputResponses, requestState },
  });
  expect(forged).toMatchObject({ isError: true });
  expect(textOf(forged as Told)).toMatch(/^not_an_approver: /);
  expect([shown, done]).toEqual([[], []]);
  await settle(bot, id, approve(questionId));
});

test("a round names a run that the caller may not see, or nothing that this server wrote", async () => {
  const { url, bot } = await offeringBot();
  const { client: owner } = await clientWith(url, "secret-admin", () => ({ action: "decline" }));
  await call(owner, "start_run", task);
  const [run] = await bot.store.runs({ limit: 1 });
  const { client } = await clientWith(url, "secret-reader", () => accept("v1"));
  const round = (requestState: string) =>
    client.request({
      method: "tools/call",
      params: {
        name: "get_run",
        arguments: { id: run?.runId },
        inputResponses: { question: accept("v1") },
        requestState,
      },
    }) as Promise<unknown>;
  const [question] = (await bot.engine.state(run?.runId ?? ""))?.questions ?? [];
  const hash = callHash("get_run", { id: run?.runId });
  const named = JSON.stringify({ call: hash, run: run?.runId, question: question?.id, isForm: false });
  expect(textOf((await round(named)) as Told)).toMatch(/^insufficient_scope: /);
  // Of another call of the same tool, whose caller would take this run for that one's.
  const old = named.replace(hash, callHash("get_run", { id: "run_other" }));
  for (const other of ["{}", `${named}x`, "", old])
    await expect(round(other)).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining("requestState"),
    });
  expect((await bot.engine.state(run?.runId ?? ""))?.questions).toHaveLength(1);
});
