/**
 * The configuration changes while runs live: they keep their agent and rights, the owner reaches
 * them all, and start says so.
 */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Actor } from "../../src/core/actor.ts";
import type { Rights } from "../../src/core/agent.ts";
import type { Command } from "../../src/core/command.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { statusOf } from "../../src/core/state.ts";
import { childRunId } from "../../src/engine/ids.ts";
import type { LeftBehind } from "../../src/engine/left-behind.ts";
import { OutcomeUnknown, type Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent, type Bot, type BotOptions, clock, openRights, operator, startBot } from "../support/bot.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const known = agent();
const via = { channel: "slack" };

function person(id: string): Actor {
  return { ...operator, principal: `slack:T1/${id}`, name: id };
}

function only(...rules: string[]): Rights {
  return { launch: rules, read: rules, answer: rules, approve: rules, control: rules };
}

async function openStore(): Promise<Store> {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  return store;
}

/** Starts a bot, and what its start said of runs that were left behind. */
async function start(options: BotOptions) {
  const lines: LeftBehind[] = [];
  const said = Promise.withResolvers<LeftBehind[]>();
  const log = pino(
    { level: "warn" },
    {
      write(line: string) {
        const { msg, run, why } = JSON.parse(line);
        if (msg !== "left behind by a change of the configuration") return;
        lines.push({ run, why });
        said.resolve(lines);
      },
    },
  );
  const bot = await startBot({ ...options, log });
  onTestFinished(() => bot.stop());
  return { bot, said: said.promise };
}

async function command(bot: Bot, runId: string, given: Exclude<Command, { type: "launch" }>) {
  const submitted = await bot.engine.command(runId, given, null);
  return submitted.ok ? "ok" : submitted.refusal.code;
}

/** As the run's page asks. */
async function whyLeft(bot: Bot, runId: string): Promise<readonly string[]> {
  const state = await bot.engine.state(runId);
  if (!state) throw new Error("the run is gone");
  return bot.engine.whyLeft({
    ...{ runId, status: statusOf(state), agent: state.agent.name, agentHash: state.agent.hash },
    ...{ address: state.addresses[0] ?? null, asked: state.questions },
  });
}

const answer = (actor: Actor, text = "blue") =>
  ({ type: "provide_input", questionId: null, answer: text, actor, via }) as const;

/** A run of `default` waits for one of `helper`, which asks; then the bot stops. */
async function askingChild(store: Store) {
  const agents = [
    { ...known, handOff: ["helper"] },
    { ...known, name: "helper", hash: "helper-1" },
  ];
  const model = scripted(
    calling(call("hand_off", { agent: "helper", task: "find it" }, "h1")),
    calling(ask("Which colour?")),
  );
  const rightsOf = { default: openRights, helper: only("slack:T1/U9") };
  const first = await startBot({ store, model, agents, rightsOf: { ...rightsOf, "*": openRights } });
  // Whoever launches must be allowed to launch both.
  const submitted = await first.engine.launch(
    "default",
    {
      ...{ task: "where?", actor: person("U9"), via, addresses: [], context: [] },
      ...{ trusted: true, follows: null, parent: null },
    },
    null,
  );
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  const child = childRunId(submitted.runId, "h1.1");
  await first.untilStatus(child, "waiting_human_input");
  await first.untilStatus(submitted.runId, "sleeping");
  await first.stop();
  return { parent: submitted.runId, child };
}

test("an agent is removed: the owner, its own people and those of all agents see, answer and stop its runs", async () => {
  const store = await openStore();
  const { parent, child } = await askingChild(store);
  const { bot, said } = await start({
    store,
    model: scripted(finalAnswer("blue it is")),
    agents: [known],
    rightsOf: { default: openRights, "*": only("slack:T1/U2") },
  });
  const state = await bot.engine.state(child);
  if (!state) throw new Error("the child is gone");
  const readers = [operator, person("U9"), person("U2"), person("U7")];
  expect(readers.map((actor) => bot.engine.mayRead(actor, state))).toEqual([true, true, true, false]);

  const [told] = await said;
  expect(told).toEqual({ run: child, why: expect.stringContaining('its agent "helper" is gone') });
  expect(await whyLeft(bot, child)).toEqual([told?.why]);
  expect(await whyLeft(bot, parent)).toEqual([]);

  expect(await command(bot, child, answer(person("U7")))).toBe("not_an_answerer");
  expect(await command(bot, child, answer(operator))).toBe("ok");
  expect((await bot.untilEnd(child)).phase).toMatchObject({ at: "complete", answer: "blue it is" });
  // Whoever waited for it goes on.
  expect((await bot.untilEnd(parent)).phase.at).toBe("complete");
  expect(bot.engine.leftBehind.map(({ run }) => run)).toEqual([child]);
  // What the start found is history; whoever looks at the run now is told of now.
  expect(await whyLeft(bot, child)).toEqual([]);
});

test("the owner answers and stops a run whose agent's list leaves them out", async () => {
  const store = await openStore();
  const model = scripted(calling(ask("Which colour?")));
  const rights = { ...only("slack:T1/U9"), launch: ["*"] };
  const { bot } = await start({ store, model, rightsOf: { default: rights, "*": rights } });
  const runId = await bot.launch("ask");
  const state = await bot.untilStatus(runId, "waiting_human_input");
  expect(bot.engine.mayRead(operator, state)).toBe(true);
  expect(await command(bot, runId, answer(operator))).toBe("ok");
  await bot.untilStatus(runId, "waiting_human_input");
  expect(await command(bot, runId, { type: "cancel", reason: "enough", actor: operator, via })).toBe("ok");
});

/** Needs the approval of U5; nobody learns whether it happened. */
const deploy: Tool = defineTool({
  name: "deploy",
  description: "Deploy.",
  input: z.object({ version: z.string() }),
  effect: "once",
  requiresApproval: { by: ["slack:T1/U5"] },
  run: () => {
    throw new OutcomeUnknown("the line broke");
  },
});
const rightsOf = { default: openRights, "*": openRights };

/** A bot that has the tool, and a run of its call. */
async function deploying(store: Store) {
  const agents = [{ ...known, tools: [...known.tools, "deploy"] }];
  const model = scripted(calling(call("deploy", { version: "v1" })), finalAnswer("over"));
  const bot = await startBot({ store, model, tools: [deploy], agents, rightsOf });
  const runId = await bot.launch("deploy");
  await bot.untilStatus(runId, "waiting_human_input");
  return { bot, runId };
}

test("a tool is removed: what became of its call is said by those who could approve it", async () => {
  const store = await openStore();
  const { bot: first, runId } = await deploying(store);
  const questionId = (await first.engine.state(runId))?.questions[0]?.id ?? "";
  const approval = { type: "approve", questionId, input: null, via } as const;
  expect(await command(first, runId, { ...approval, actor: operator })).toBe("not_an_approver");
  expect(await command(first, runId, { ...approval, actor: person("U5") })).toBe("ok");
  await first.until(runId, ({ questions }) => questions[0]?.kind === "doubt");
  await first.stop();

  const { bot, said } = await start({
    store,
    model: scripted(finalAnswer("over")),
    agents: [known],
    rightsOf,
  });
  expect((await said)[0]?.why).toContain("its tool deploy is gone: who could approve it can still say");
  expect(await command(bot, runId, answer(person("U9"), "happened"))).toBe("not_an_approver");
  expect(await command(bot, runId, answer(person("U5"), "happened"))).toBe("ok");
  expect((await bot.untilEnd(runId)).phase.at).toBe("complete");
});

test("a tool is removed or changed while its call waits for approval: start says what will happen", async () => {
  const store = await openStore();
  const { bot: first, runId } = await deploying(store);
  await first.stop();
  const changed: Tool = { ...deploy, spec: { ...deploy.spec, description: "Deploy, but carefully." } };
  const model = () => scripted(finalAnswer("over"));
  const second = await start({ store, model: model(), tools: [changed], agents: [known], rightsOf });
  expect(await second.said).toEqual([
    { run: runId, why: expect.stringContaining("its tool deploy has changed since it was shown") },
  ]);
  expect(await whyLeft(second.bot, runId)).toEqual([
    expect.stringContaining("has changed since it was shown"),
  ]);
  await second.bot.stop();
  const third = await start({ store, model: model(), agents: [known], rightsOf });
  expect(await third.said).toEqual([
    { run: runId, why: expect.stringContaining("its tool deploy is gone: it can only be refused") },
  ]);
  await third.bot.until(runId, ({ questions }) => questions[0]?.toolGone === true);
  expect(await whyLeft(third.bot, runId)).toEqual([
    expect.stringContaining("is gone: it can only be refused"),
  ]);
});
