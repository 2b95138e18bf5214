/** A server that asks people in the middle of a call: their answer goes back to it, and the call to its end. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { narrate } from "../../../src/core/narrate/narrate.ts";
import type { State } from "../../../src/core/state.ts";
import { ingest } from "../../../src/engine/ingest.ts";
import { viewEvent } from "../../../src/http/routes/runs.ts";
import { operator } from "../../support/bot.ts";
import { answer, answersIn, askedBot, askingFolder, form, nextQuestion, page, region } from "./asking.ts";
import { askingServer } from "./asking-server.ts";
import { call, callsIn, until } from "./bench.ts";

const ways = ["over-connection", "in-rounds"] as const;
const values = { region: "eu", replicas: 2 };
const answered = (action: object) => ({
  "over-connection": action,
  "in-rounds": { requestState: "1", inputResponses: { q: action } },
});

function results({ entries }: State): string[] {
  return entries.flat().flatMap((entry) => (entry.type === "result" ? [entry.output] : []));
}

test.each(ways)("a form that is asked for %s is filled in, and the call goes on with it", async (how) => {
  const { bot, at, runId, question } = await askedBot(how, [region]);
  expect(question).toMatchObject({ kind: "ask", text: "Which region?", freeText: true });
  expect(question.context).toContain("The MCP server odd asks this in the middle of odd_work.");
  const posts = JSON.stringify(narrate((await bot.engine.state(runId)) as State));
  expect(posts).toContain("Where it runs.\\ntext; required");
  expect(posts).toContain("a whole number; at least 1, at most 5; may be empty");
  expect(await answer(bot, runId, question.id, JSON.stringify(values))).toMatchObject({ ok: true });
  const state = await bot.untilEnd(runId);
  expect(results(state)[0]).toBe("did this");
  expect(answersIn(at)).toEqual([answered({ action: "accept", content: values })[how]]);
  expect(state.settled.map(({ kind, outcome }) => [kind, outcome.text])).toEqual([
    ["ask", "Region: eu\nreplicas: 2"],
  ]);
});

test.each([
  ["Region: eu\nreplicas: 2", values],
  ['{"region":"eu","replicas":"2"}', values],
  ["region: eu", { region: "eu" }],
])("%j is an answer too", async (words, content) => {
  const { bot, at, runId, question } = await askedBot("over-connection", [region]);
  await answer(bot, runId, question.id, words);
  await bot.untilEnd(runId);
  expect(answersIn(at)).toEqual([{ action: "accept", content }]);
});

test.each([
  ["replicas: 2", "Region: is missing", "region"],
  ["region: eu\nreplicas: 9", "Replicas: must be at most 5", "replicas"],
  ["region: eu\nreplicas: 1.5", "must be a whole number", "replicas"],
  ['{"region":"eu","zone":"a"}', "There is no field zone", undefined],
  ["eu, please", "Write one line for each field:", undefined],
])("%j does not fit, and who wrote it is told why", async (words, message, argument) => {
  const { bot, at, runId, question } = await askedBot("over-connection", [region]);
  const told = await answer(bot, runId, question.id, words);
  expect(told).toMatchObject({ ok: false, refusal: { code: "answer_invalid" } });
  if (told.ok) throw new Error("taken");
  expect(told.refusal.message).toContain(message);
  expect(told.refusal.argument).toBe(argument);
  expect(answersIn(at)).toEqual([]);
});

test.each(ways.flatMap((how) => [[how, "decline"] as const, [how, "cancel"] as const]))(
  "%s: people may %s",
  async (how, action) => {
    const { bot, at, runId, question } = await askedBot(how, [region]);
    await answer(bot, runId, question.id, action);
    await bot.untilEnd(runId);
    expect(answersIn(at)).toEqual([answered({ action })[how]]);
  },
);

test("a form that is one choice is answered by a press", async () => {
  const size = {
    type: "string",
    oneOf: [
      { const: "s", title: "Small" },
      { const: "l", title: "Large" },
    ],
  };
  const { bot, at, runId, question } = await askedBot("over-connection", [form("size", size)]);
  expect(question.choices.map(({ label }) => label)).toEqual(["Small", "Large", "Decline", "Dismiss"]);
  await answer(bot, runId, question.id, "l");
  const { settled } = await bot.untilEnd(runId);
  expect(answersIn(at)).toEqual([{ action: "accept", content: { size: "l" } }]);
  expect(settled[0]?.outcome.text).toBe("Large");
});

test.each(ways)("%s: who asks twice is answered twice", async (how) => {
  const { bot, at, runId, question } = await askedBot(how, [region, form("why", { type: "string" })]);
  await answer(bot, runId, question.id, "region: eu");
  const second = await nextQuestion(bot, runId, question.id);
  await answer(bot, runId, second.id, "because");
  const state = await bot.untilEnd(runId);
  expect(results(state)[0]).toBe("did this");
  expect(answersIn(at)).toHaveLength(2);
  expect(JSON.stringify(answersIn(at)[1])).toContain('{"action":"accept","content":{"why":"because"}}');
});

test.each([
  ["password", { type: "string" }],
  ["apiKey", { type: "string" }],
  ["code", { type: "string", title: "Your PIN" }],
])("a form that asks for a secret (%s) is refused, and people see none of it", async (name, property) => {
  const at = await askingFolder(form(name, property));
  const server = askingServer(at, "over-connection", "once");
  void call(server, "odd_work", { text: "this" });
  await until(() => answersIn(at).length > 0);
  expect(JSON.stringify(answersIn(at))).toContain(`must not ask people for secrets (${name})`);
  await server.stop();
});

test("a page that must be opened first is asked for, and then the call is made", async () => {
  const { bot, at, runId, question } = await askedBot("pages-first", [page]);
  expect(question).toMatchObject({ link: { url: page.url, host: "shop.example" }, freeText: false });
  expect(question.text).toBe("Sign in at (the link)");
  writeFileSync(join(at, "opened"), "");
  await answer(bot, runId, question.id, "accept");
  const state = await bot.untilEnd(runId);
  expect(results(state)[0]).toBe("did this");
  expect(callsIn(at)).toHaveLength(2);
});

test.each([
  ["console:local", "told", page.url],
  ["slack:T1/U2", "refused", "Only dana, who started this run, is shown the link."],
])("the link, asked for by %s: %s", async (principal, type, words) => {
  const { bot, question, runId } = await askedBot("pages-first", [page]);
  const told = await ingest(
    { engine: bot.engine, routes: {}, defaultAgent: "default", helpOf: () => null },
    {
      ...{ key: "press:1", channel: "slack", address: null, replyTo: {}, context: [] },
      actor: { ...operator, principal },
      intent: { type: "link", questionId: question.id },
    },
  );
  expect(told).toMatchObject({ type, text: expect.stringContaining(words) });
  const state = await bot.engine.state(runId);
  // In no post, whoever reads the thread.
  expect(JSON.stringify(narrate(state as State))).not.toContain("?t=1");
  const events = await bot.store.readEach(runId, 0);
  const shown = events.flatMap(({ event, version }) => (event ? [viewEvent(event, version)] : []));
  expect(JSON.stringify(shown)).toContain("shop.example");
  expect(JSON.stringify(shown)).not.toContain("?t=1");
});

test("what nobody opens is not done", async () => {
  const { bot, at, runId, question } = await askedBot("pages-first", [page]);
  await answer(bot, runId, question.id, "decline");
  const state = await bot.untilEnd(runId);
  expect(results(state)[0]).toContain("wants a page opened first, and nobody did. Nothing was done.");
  expect(callsIn(at)).toHaveLength(1);
});

test("a connection that ends while people are asked leaves one doubt, after their answer", async () => {
  const { bot, server, at, runId, question } = await askedBot("over-connection", [region]);
  await server.stop();
  await answer(bot, runId, question.id, "region: eu");
  const doubt = await nextQuestion(bot, runId, question.id);
  expect(doubt).toMatchObject({ kind: "doubt" });
  expect(callsIn(at)).toHaveLength(1);
});

test("words to the run while people are asked do not stop the call", async () => {
  const { bot, at, runId, question } = await askedBot("in-rounds", [region]);
  const said = { type: "say", text: "hurry", actor: operator, via: { channel: "console" } } as const;
  await bot.engine.command(runId, said, null);
  await answer(bot, runId, question.id, "region: eu");
  const state = await bot.untilEnd(runId);
  expect(results(state)[0]).toBe("did this");
  expect(callsIn(at)).toHaveLength(2);
});

test("a run that is stopped while people are asked says that it is not known what the call did", async () => {
  const { bot, runId } = await askedBot("over-connection", [region]);
  const stop = { type: "cancel", reason: "enough", actor: operator, via: { channel: "console" } } as const;
  await bot.engine.command(runId, stop, null);
  const state = await bot.untilEnd(runId);
  expect(results(state)[0]).toContain("It is not known whether this call took effect");
});
