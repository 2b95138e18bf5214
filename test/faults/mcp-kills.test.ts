/** The bot is killed at each boundary of a call of a foreign server: one doubt at most, and nothing twice that must not be. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { State } from "../../src/core/state.ts";
import { answersIn, askingFolder, region } from "../adapters/mcp/asking.ts";
import { callsIn, folder, oddServer, until } from "../adapters/mcp/bench.ts";
import { oddBot } from "../adapters/mcp/odd-bot.ts";
import { type Bot, clock, operator, startBot } from "../support/bot.ts";
import { startChild } from "../support/child.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

const by = { actor: operator, via: { channel: "console" } };

/** A first life that ends at this point; `in the call`: the server was asked and says nothing. */
async function die(at: string, effect: "once" | "read", point: string, mode = "well"): Promise<void> {
  const isInCall = point === "in the call";
  const args = [at, effect, isInCall ? "never-answers" : mode, point];
  const child = startChild("test/adapters/mcp/kill-child.ts", args);
  onTestFinished(() => child.kill());
  if (isInCall) {
    await until(() => callsIn(at).length > 0);
    await child.kill();
  }
  expect((await child.ended).signal).toBe("SIGKILL");
}

async function liveAgain(
  at: string,
  effect: "once" | "read",
  mode = "well",
): Promise<{ bot: Bot; runId: string }> {
  const store = await openSqlite({ path: join(at, "belay.db"), clock });
  const server = oddBot(at, effect, mode);
  const bot = await startBot({ store, model: scripted(finalAnswer("done")), tools: server.tools });
  onTestFinished(async () => {
    await bot.stop();
    await server.stop();
    await store.close();
  });
  const [run] = await store.runs({ limit: 1 });
  return { bot, runId: run?.runId ?? "" };
}

const doubts = ({ questions, settled }: State) =>
  [...questions, ...settled].filter(({ kind }) => kind === "doubt").length;

/** Where it dies, how often the server was asked then, and whether a person is asked. */
const points = [
  ["once", "before call_started", 0, false],
  ["once", "after call_started", 0, true],
  ["once", "in the call", 1, true],
  ["once", "before call_finished", 1, true],
  ["once", "after call_finished", 1, false],
  ["read", "in the call", 1, false],
  ["read", "before call_finished", 1, false],
  ["read", "after call_finished", 1, false],
] as const;

test.each(points)(
  "%s, killed %s: asked %i times by then, in doubt: %s",
  async (effect, point, asked, isInDoubt) => {
    const at = folder();
    await oddServer("well", { at });
    await die(at, effect, point);
    expect(callsIn(at)).toHaveLength(asked);
    const { bot, runId } = await liveAgain(at, effect);
    if (isInDoubt) {
      const { questions } = await bot.until(runId, (state) => state.questions.length > 0);
      expect(questions.map(({ kind }) => kind)).toEqual(["doubt"]);
      const command = {
        type: "provide_input",
        questionId: questions[0]?.id ?? "",
        answer: "happened",
      } as const;
      await bot.engine.command(runId, { ...command, ...by }, null);
    }
    const state = await bot.untilEnd(runId);
    expect(doubts(state)).toBe(isInDoubt ? 1 : 0);
    const isRepeated = !isInDoubt && point !== "after call_finished";
    expect(callsIn(at)).toHaveLength(isRepeated ? asked + 1 : asked);
  },
);

const given = { action: "accept", content: { region: "eu" } };

/** Killed while people are asked: how often the server was called in the end, what it was answered, and doubts. */
const askedPoints = [
  ["over-connection", "once", 1, [], 1],
  ["over-connection", "read", 2, [given], 0],
  ["in-rounds", "once", 2, [{ requestState: "1", inputResponses: { q: given } }], 0],
  ["in-rounds", "read", 2, [{ requestState: "1", inputResponses: { q: given } }], 0],
] as const;

test.each(askedPoints)(
  "killed while people are asked %s (%s), the answer takes it on: called %i times",
  async (how, effect, calls, answers, doubted) => {
    const at = await askingFolder(region);
    await die(at, effect, "after question_asked", how);
    const { bot, runId } = await liveAgain(at, effect, how);
    const { questions } = await bot.until(runId, (state) => state.questions.length > 0);
    await tell(bot, runId, questions[0]?.id ?? "", "region: eu");
    if (doubted > 0) {
      const again = await bot.until(runId, (state) => state.questions.some(({ kind }) => kind === "doubt"));
      await tell(bot, runId, again.questions[0]?.id ?? "", "happened");
    }
    const state = await bot.untilEnd(runId);
    expect(doubts(state)).toBe(doubted);
    expect(callsIn(at)).toHaveLength(calls);
    expect(answersIn(at)).toEqual(answers);
    const asked = [...state.questions, ...state.settled].filter(({ kind }) => kind === "ask");
    expect(asked).toHaveLength(1);
  },
);

async function tell(bot: Bot, runId: string, questionId: string, answer: string): Promise<void> {
  const command = { type: "provide_input", questionId, answer, ...by } as const;
  expect(await bot.engine.command(runId, command, null)).toMatchObject({ ok: true });
}
