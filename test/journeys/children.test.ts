/** A task handed to another agent: a run of its own, its outcome a result, its questions in the parent's thread. */
import { expect, onTestFinished, test } from "vitest";
import type { Actor } from "../../src/core/actor.ts";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import { statusOf } from "../../src/core/state.ts";
import { childRunId } from "../../src/engine/ids.ts";
import { agent, type Bot, type BotOptions, openRights, operator, startBot } from "../support/bot.ts";
import { answerWith, ask, call, calling, finalAnswer, noUsage, scripted } from "../support/model/scripted.ts";
import { twoModels } from "../support/model/two.ts";

const by = { actor: operator, via: { channel: "console" } };
const handOff = (task: string, to = "helper") => calling(call("hand_off", { agent: to, task }, "h1"));

/** The agents share the model; the task says who asks. */
async function start(
  parent: Parameters<typeof scripted>,
  child: Parameters<typeof scripted>,
  rights?: BotOptions["rightsOf"],
  limits = agent().limits,
) {
  const [parents, children] = [scripted(...parent), scripted(...child)];
  const known = agent();
  const bot = await startBot({
    model: twoModels(parents, children),
    agents: [
      { ...known, handOff: ["helper"] },
      { ...known, name: "helper", hash: "helper-1", limits, handOff: ["helper"] },
    ],
    ...(rights ? { rightsOf: rights } : {}),
  });
  onTestFinished(() => bot.stop());
  return { bot, parents, children };
}

const childOf = (runId: string) => childRunId(runId, "h1.1");

test("the child's answer is the result of the call, and its steps are its own", async () => {
  const { bot, parents } = await start(
    [handOff("find it"), finalAnswer("found")],
    [finalAnswer("behind the sofa")],
  );
  const runId = await bot.launch("where is it?");
  const state = await bot.untilEnd(runId);
  expect(state).toMatchObject({ steps: 2, phase: { at: "complete", answer: "found" } });
  expect(JSON.stringify(parents.requests[1]?.input)).toContain("behind the sofa");
  const child = await bot.engine.state(childOf(runId));
  expect(child).toMatchObject({ task: "find it", parent: { runId, depth: 1 }, agent: { name: "helper" } });
});

test("the parent sleeps meanwhile; a question of the child is answered there", async () => {
  const { bot } = await start(
    [handOff("find it"), finalAnswer("found")],
    [calling(ask("Which room?")), finalAnswer("ok")],
  );
  const runId = await bot.launch("where is it?");
  await bot.untilStatus(childOf(runId), "waiting_human_input");
  await bot.untilStatus(runId, "sleeping");
  const command = { type: "provide_input", questionId: null, answer: "the hall", ...by } as const;
  expect((await bot.engine.command(childOf(runId), command, null)).ok).toBe(true);
  expect((await bot.untilEnd(runId)).phase.at).toBe("complete");
});

test("a child that fails is a failed call, and the parent decides what that means", async () => {
  const { bot, parents } = await start(
    [handOff("find it"), finalAnswer("sorry")],
    [{ refusal: "I must not" }],
  );
  expect((await bot.untilEnd(await bot.launch("where?"))).phase).toMatchObject({ answer: "sorry" });
  expect(JSON.stringify(parents.requests[1]?.input)).toMatch(/hand_off_failed.*I must not/);
});

test("a child that used its steps has ended: its parent is told what it found and decides", async () => {
  const known = agent();
  const { bot, parents } = await start(
    [handOff("find it"), finalAnswer("partly")],
    [calling(call("sum_numbers", { a: 20, b: 22 }))],
    undefined,
    { ...known.limits, steps: 2 },
  );
  const runId = await bot.launch("where is it?");
  expect((await bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "partly" });
  expect(JSON.stringify(parents.requests[1]?.input)).toMatch(/hand_off_failed.*used its 2 steps.*42/);
  expect((await bot.untilEnd(childOf(runId))).phase).toMatchObject({ at: "failed", code: "steps_reached" });
});

test("an agent that is not listed is refused, and so is a chain of four", async () => {
  const { bot, parents } = await start([handOff("x", "nobody"), finalAnswer("no")], []);
  await bot.untilEnd(await bot.launch("hand it over"));
  expect(JSON.stringify(parents.requests[1]?.input)).toContain("You may hand it to: helper");

  let seen = "";
  const deep = await start(
    [handOff("deeper"), finalAnswer("top")],
    [
      (request) => {
        const told = JSON.stringify(request.input);
        if (told.includes("hand_off_failed")) seen = told;
        const isDone = request.input.some((item) => item.type === "result");
        return answerWith(isDone ? finalAnswer("deep") : handOff("deeper"));
      },
    ],
  );
  expect((await deep.bot.untilEnd(await deep.bot.launch("dig"))).phase).toMatchObject({ answer: "top" });
  expect(seen).toContain("3 times at most");
});

const member: Actor = { ...operator, principal: "slack:T1/U1", groups: ["slack:T1/group:S9"] };

test.each<[string, Actor, string[], boolean]>([
  ["one who may launch only the parent's agent", member, ["slack:T1/U2"], false],
  ["one who may launch both", member, ["slack:T1/U1"], true],
  ["a member of a group that may launch both", member, ["slack:T1/group:S9"], true],
  ["a guest, where only members may", { ...member, groups: [], guest: true }, ["slack:T1/*"], false],
  [
    "a webhook of the parent's agent",
    { ...operator, principal: "webhook:ci", kind: "machine" },
    ["slack:*"],
    false,
  ],
  [
    "a webhook that may launch both",
    { ...operator, principal: "webhook:ci", kind: "machine" },
    ["webhook:ci"],
    true,
  ],
])(
  "for %s, a task goes as far as they could have given it themselves",
  async (_who, actor, mayLaunch, allowed) => {
    const rights = {
      default: { ...openRights, launch: [actor.principal] },
      helper: { ...openRights, launch: mayLaunch },
    };
    const child = [finalAnswer("behind the sofa")];
    const { bot, parents } = await start([handOff("find it"), finalAnswer("done")], child, rights);
    const request = { task: "where?", actor, via: by.via, addresses: [], context: [], trusted: !actor.guest };
    const launched = await bot.engine.launch("default", { ...request, follows: null, parent: null }, null);
    if (!launched.ok) throw new Error(launched.refusal.message);
    await bot.untilEnd(launched.runId);
    const told = JSON.stringify(parents.requests[1]?.input);
    if (allowed) return expect(told).toContain("behind the sofa");
    expect(told).toMatch(/hand_off_failed.*may not launch runs of helper/);
    expect(told).not.toContain("slack:");
    expect(await bot.engine.state(childOf(launched.runId))).toBeNull();
  },
);

test("a parent that is stopped stops its child", async () => {
  const { bot } = await start([handOff("find it")], [calling(ask("Which room?"))]);
  const runId = await bot.launch("where is it?");
  await bot.untilStatus(childOf(runId), "waiting_human_input");
  await bot.untilStatus(runId, "sleeping");
  await bot.engine.command(runId, { type: "cancel", reason: "enough", ...by }, null);
  expect((await bot.untilEnd(runId)).phase.at).toBe("cancelled");
  const child = await bot.untilEnd(childOf(runId));
  expect(child.phase).toMatchObject({ at: "cancelled", reason: "its parent run was stopped" });
  expect(child.questions).toEqual([]);
});

const thread = "slack:T1/C1/1";
let messages = 0;
const inbound = (text: string, addressed = false): Inbound => ({
  key: `m${++messages}`,
  actor: operator,
  channel: "slack",
  address: thread,
  intent: { type: "message", text, addressed, agent: null },
  replyTo: {},
  context: [],
});

async function launchedByMention(bot: Bot, text: string): Promise<string> {
  const first = inbound(text, true);
  const launched = new Promise<string>((resolve) => {
    const end = bot.engine.watch((change) => {
      end();
      resolve(change.runId);
    });
  });
  await bot.engine.accept(first);
  return launched;
}

test("in the thread, words go to the child while it asks, to the parent once it has ended", async () => {
  const { bot, parents } = await start(
    [handOff("find it"), calling(ask("And now?")), finalAnswer("done")],
    [calling(ask("Which room?")), finalAnswer("in the hall")],
  );
  const runId = await launchedByMention(bot, "where is it?");
  await bot.untilStatus(childOf(runId), "waiting_human_input");
  await bot.engine.accept(inbound("the hall"));
  await bot.untilStatus(runId, "waiting_human_input");
  await bot.engine.accept(inbound("stop looking"));
  await bot.untilEnd(runId);
  expect(JSON.stringify(parents.requests[2]?.input)).toContain("stop looking");
  expect(await bot.store.runs({ limit: 10 })).toHaveLength(2);
});

test("in the thread, stop means the whole of it", async () => {
  const { bot } = await start([handOff("find it")], [calling(ask("Which room?"))]);
  const runId = await launchedByMention(bot, "where is it?");
  await bot.untilStatus(childOf(runId), "waiting_human_input");
  await bot.untilStatus(runId, "sleeping");
  await bot.engine.accept(inbound("stop", true));
  const state = await bot.untilEnd(runId);
  expect(statusOf(state)).toBe("cancelled");
  expect(statusOf(await bot.untilEnd(childOf(runId)))).toBe("cancelled");
});

/** Hands on to itself as often as it may, and answers when it has the results; each answer costs 100 tokens. */
async function family(limits: Partial<ReturnType<typeof agent>["limits"]>) {
  const known = agent();
  const usage = { ...noUsage, inputTokens: 100 };
  const tasks = Array.from({ length: 6 }, (_, n) =>
    call("hand_off", { agent: "default", task: `part ${n}` }, `h${n}`),
  );
  const bot = await startBot({
    model: {
      name: "family",
      answer: async ({ input }) => {
        const isDone = input.some((item) => item.type === "result");
        return answerWith({ ...(isDone ? finalAnswer("done") : calling(...tasks)), usage });
      },
    },
    agents: [{ ...known, handOff: ["default"], limits: { ...known.limits, ...limits } }],
  });
  onTestFinished(() => bot.stop());
  return bot;
}

test("a tree of runs has one limit: what is handed on counts, and it stops to ask", async () => {
  const bot = await family({ tokens: 1_000 });
  const asked = Promise.withResolvers<string>();
  bot.engine.watch(async ({ runId }) => {
    const state = await bot.engine.state(runId);
    if (state?.questions.some(({ kind }) => kind === "budget")) asked.resolve(runId);
  });
  const runId = await bot.launch("dig");
  const asking = await bot.engine.state(await asked.promise);
  expect(asking?.questions[0]?.text).toContain("Go on with as much again?");
  const rows = await bot.store.runs({ limit: 500 });
  const spent = rows.reduce((sum, { tokens }) => sum + tokens, 0);
  // One answer may go beyond it at each depth.
  expect(spent).toBeLessThanOrEqual(1_400);
  expect((await bot.engine.state(runId))?.phase.at).not.toBe("complete");
});

test("a tree of runs has at most 31, however much they may use", async () => {
  const bot = await family({ tokens: 1_000_000 });
  const state = await bot.untilEnd(await bot.launch("dig"));
  expect(state).toMatchObject({ phase: { at: "complete" }, below: { runs: 30, tokens: 6_000 } });
  expect(await bot.store.runs({ limit: 500 })).toHaveLength(31);
});
