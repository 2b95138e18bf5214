/** A call that asked people and then comes to no end: what of it is not known is a doubt, and nobody holds it for ever. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { clientOf } from "../../../adapters/mcp/client.ts";
import type { ElicitParams } from "../../../adapters/mcp/elicitation.ts";
import { OpenCalls } from "../../../adapters/mcp/open-calls.ts";
import type { CallOutcome } from "../../../src/core/ports/toolbox.ts";
import { startToolServers } from "../../../src/tool-servers.ts";
import { operator } from "../../support/bot.ts";
import { answersIn, askedBot, askingFolder, form, page, region } from "./asking.ts";
import { askingServer, type How } from "./asking-server.ts";
import { callsIn, contextOf, toolboxOf, until } from "./bench.ts";

const effects = [
  ["once", "in_doubt"],
  ["read", "failed"],
] as const;

/** One call, every question of which is answered; `before`: what happens between the first question and its answer. */
async function answered(
  how: How,
  effect: "once" | "read",
  asks: readonly object[],
  before: (server: ReturnType<typeof askingServer>) => Promise<void> = async () => {},
): Promise<{ outcome: CallOutcome; at: string }> {
  const at = await askingFolder(...asks);
  const server = askingServer(at, how, effect);
  onTestFinished(() => server.stop());
  const toolbox = toolboxOf(server);
  const again = (more: object) => toolbox.run("odd_work", { text: "this" }, { ...contextOf(), ...more });
  let outcome = await again({});
  if (outcome.type === "asks") await before(server);
  while (outcome.type === "asks") {
    const answer = { action: "accept", content: { why: "so" } };
    outcome = await again({ answered: { held: outcome.held, answer } });
  }
  return { outcome, at };
}

const why = form("why", { type: "string" });
const endless = Array.from({ length: 14 }, (_, index) => form("why", { type: "string" }, `Why, ${index}?`));
/** Of a failure and of a doubt. */
const wordsOf = (outcome: CallOutcome) =>
  "reason" in outcome ? outcome.reason : "message" in outcome ? outcome.message : "";

test.each(effects)(
  "%s: who asks people without an end is %s, and is told that it is over",
  async (effect, type) => {
    const { outcome, at } = await answered("over-connection", effect, endless);
    expect(outcome.type).toBe(type);
    expect(wordsOf(outcome)).toContain("odd asked people more than 10 times in one call");
    await until(() => existsSync(join(at, "cancelled.log")) && answersIn(at).length > 10);
    const accepted = { action: "accept", content: { why: "so" } };
    // Whatever else it asks is refused.
    expect(answersIn(at).slice(0, 11)).toEqual([...Array(10).fill(accepted), { action: "cancel" }]);
  },
);

test.each(effects)("%s: so is who asks in more than ten rounds (%s)", async (effect, type) => {
  const { outcome } = await answered("in-rounds", effect, endless);
  expect(outcome.type).toBe(type);
  expect(wordsOf(outcome)).toContain("odd asked more than 10 times in one call");
});

test.each(effects)("%s: a later leg that is refused is %s: an earlier one was not", async (effect, type) => {
  const refusal = { error: { code: -32602, message: "no such state" } };
  const { outcome } = await answered("in-rounds", effect, [why, refusal]);
  expect(outcome.type).toBe(type);
  expect(wordsOf(outcome)).toContain("no such state");
});

test("the first leg that is refused surely did nothing", async () => {
  const refusal = { error: { code: -32602, message: "no such text" } };
  const { outcome } = await answered("in-rounds", "once", [refusal]);
  expect(outcome).toMatchObject({ type: "failed", message: expect.stringContaining("no such text") });
});

test("a page that is wanted after a question does not begin the call once more", async () => {
  const pageFirst = { error: { code: -32042, message: "a page first", data: { elicitations: [page] } } };
  const { outcome, at } = await answered("in-rounds", "once", [why, pageFirst]);
  expect(outcome.type).toBe("in_doubt");
  expect(wordsOf(outcome)).toContain("a page first");
  expect(callsIn(at)).toHaveLength(2);
});

test.each(effects)(
  "%s: a server that is away when people have answered leaves it %s",
  async (effect, type) => {
    const { outcome } = await answered("in-rounds", effect, [why], (server) => server.stop());
    expect(outcome.type).toBe(type);
    expect(wordsOf(outcome)).toContain("odd is away");
  },
);

test.each([
  ["a secret", form("token", { type: "string" }), "for secrets (token)"],
  [
    "a model",
    { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } },
    "a model, which this client lends to no server",
  ],
  ["a field without a name", form("", { type: "string" }), "A field's name has 1 to 60 plain characters"],
  ["a field named by blanks", form(" ", { type: "string" }), "A field's name has 1 to 60 plain characters"],
])(
  "%s that is asked for in a round is refused with words, and what was done before is not known",
  async (_, ask, words) => {
    for (const [effect, type] of effects) {
      const { outcome } = await answered("in-rounds", effect, [ask]);
      expect(outcome.type).toBe(type);
      expect(wordsOf(outcome)).toContain(words);
    }
  },
);

test("a run that is stopped while people are asked ends its call at the server", async () => {
  const { bot, server, at, runId } = await askedBot("over-connection", [region]);
  const servers = startToolServers([server], { engine: bot.engine, log: pino({ level: "silent" }) });
  onTestFinished(() => servers.stop());
  expect(server.waiting()).toEqual([{ runId, callId: expect.any(String) }]);
  const via = { channel: "console" } as const;
  await bot.engine.command(runId, { type: "say", text: "hurry", actor: operator, via }, null);
  await bot.engine.command(runId, { type: "cancel", reason: "enough", actor: operator, via }, null);
  await bot.untilEnd(runId);
  await until(() => existsSync(join(at, "cancelled.log")) && answersIn(at).length > 0);
  expect(readFileSync(join(at, "cancelled.log"), "utf8")).toContain("stopped while people were asked");
  expect(answersIn(at)).toEqual([{ action: "cancel" }]);
  expect(server.waiting()).toEqual([]);
});

test("words to the run leave a call that waits for people where it is", async () => {
  const { bot, server, runId } = await askedBot("over-connection", [region]);
  const servers = startToolServers([server], { engine: bot.engine, log: pino({ level: "silent" }) });
  onTestFinished(() => servers.stop());
  const looked = vi.spyOn(server, "waiting");
  const via = { channel: "console" } as const;
  await bot.engine.command(runId, { type: "say", text: "hurry", actor: operator, via }, null);
  await until(() => looked.mock.calls.length > 0);
  expect(server.waiting()).toHaveLength(1);
});

const asked: ElicitParams = {
  message: "Why?",
  requestedSchema: { type: "object", properties: { why: { type: "string" } } },
};
const someClient = () =>
  clientOf("legacy", { closed() {}, changed() {}, asked: () => Promise.reject(new Error()) });
const never = () => new Promise<never>(() => {});
const name = { runId: "r", callId: "c" };

test("what a server asks while one of its calls waits for people is asked of no other call", async () => {
  const calls = new OpenCalls();
  const client = someClient();
  const first = calls.begin(client, name, never);
  void calls.asked(asked, client);
  calls.rest(first);
  const other = calls.begin(client, { ...name, callId: "d" }, never);
  const next = vi.fn();
  void other.next(new AbortController().signal).then(next);
  expect(() => calls.asked(asked, client)).toThrow("it can't be told for which of them people are asked");
  calls.over(other);
  expect(() => calls.asked(asked, client)).toThrow("one thing at a time");
  expect(next).not.toHaveBeenCalled();
});

test("a call of another connection, or one whose server has answered, is in nobody's way", async () => {
  const calls = new OpenCalls();
  const [old, client] = [someClient(), someClient()];
  calls.rest(calls.begin(old, name, never));
  const answered = calls.begin(client, name, async () => ({ content: [] }));
  calls.rest(answered);
  await answered.next(new AbortController().signal);
  const call = calls.begin(client, name, never);
  void calls.asked(asked, client);
  expect(await call.next(new AbortController().signal)).toEqual({ type: "asked", params: asked });
});
