/**
 * Scripted runs, one after the other, in a process of its own that is killed at the n-th point between two calls of
 * store, model or tool. Arguments: mutant ("none" or "no_intent"), then for each run its folder and the point to die
 * at (0: none). For each it prints a line of JSON at its end.
 */
import { join } from "node:path";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Commit } from "../../src/core/ports/commit.ts";
import type { Model, ModelRequest } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { State } from "../../src/core/state.ts";
import { controlTools } from "../../src/tools/control-tools.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { mathTools } from "../../src/tools/math.ts";
import { agent, type Bot, clock, operator, startBot } from "../support/bot.ts";
import { Doomed } from "../support/doomed.ts";
import { answerWith, call } from "../support/model/scripted.ts";

const [mutant = "none", ...runs] = process.argv.slice(2);

/** One run's life in this process. */
class Life extends Doomed {
  /** The points before the last deploy that was done here. */
  deployedAt = 0;
}

const toolsOf = (life: Life) => [
  defineTool({
    name: "tag",
    description: "Tag a version.",
    input: z.object({ version: z.string() }),
    effect: "idempotent",
    requiresApproval: false,
    run: ({ version }, { key }) => {
      life.act(`tag ${version} ${key}`);
      return "tagged";
    },
  }),
  defineTool({
    name: "deploy",
    description: "Deploy a version.",
    input: z.object({ version: z.string() }),
    effect: "once",
    requiresApproval: true,
    run: ({ version }) => {
      life.act(`deploy ${version}`);
      life.deployedAt = life.points;
      return `deployed ${version}`;
    },
  }),
];

/** What to do next follows from the request alone, so a repeated call is answered the same. */
const model: Model = {
  name: "sweep",
  answer: async (request) => answerWith({ calls: script[answersIn(request)] ?? [] }),
};
const script = [
  [call("sum_numbers", { a: 1, b: 2 }, "c1"), call("multiply_numbers", { a: 3, b: 4 }, "c2")],
  [call("tag", { version: "v1" }, "c3"), call("deploy", { version: "v1" }, "c4")],
  [call("ask_human", { question: "Which colour?", choices: null, context: null }, "c5")],
  [call("final_answer", { answer: "done: 3, 12, v1, blue" }, "c6")],
];
const answersIn = (request: ModelRequest) => request.input.filter((item) => item.type === "model").length;

/** A person who approves, answers, and looks at the world before settling a doubt. */
async function settle(life: Life, bot: Bot, state: State): Promise<void> {
  for (const question of state.questions) {
    const base = { questionId: question.id, actor: operator, via: { channel: "console" } };
    if (question.kind === "approval")
      await bot.engine.command(state.runId, { type: "approve", ...base }, null);
    else {
      const doubt = life.hasHappened("deploy v1") ? "happened" : "run";
      const answer = question.kind === "doubt" ? doubt : "blue";
      await bot.engine.command(state.runId, { type: "provide_input", answer, ...base }, null);
    }
  }
}

async function live(life: Life): Promise<void> {
  const tools = toolsOf(life);
  const store = await openSqlite({ path: join(life.folder, "belay.db"), clock });
  // Whatever the engine asks of its store is a point.
  const storeCalls = (Object.keys(store) as (keyof Store)[]).filter((name) => name !== "close");
  const known = agent();
  const bot = await startBot({
    store: life.dying(mutated(store), storeCalls),
    model: life.dying(model, ["answer"]),
    tools,
    agents: [
      { ...known, tools: [...[...controlTools, ...mathTools, ...tools].map((tool) => tool.spec.name)] },
    ],
    toolbox: (toolbox) => life.dying(toolbox, ["run", "reconcile"]),
  });
  const inbox = { source: "sweep", key: "the trigger" };
  const launched = await bot.engine.launch(
    "default",
    {
      task: "release v1",
      actor: operator,
      via: { channel: "console" },
      addresses: [],
      context: [],
      trusted: true,
      follows: null,
      parent: null,
    },
    inbox,
  );
  if (!launched.ok) throw new Error(launched.refusal.message);
  const settling = bot.until(launched.runId, (state) => {
    void settle(life, bot, state);
    return state.phase.at === "complete" || state.phase.at === "failed";
  });
  const state = await settling;
  const events = await store.read(launched.runId);
  await bot.stop();
  await store.close();
  const doubts = events.filter((event) => event.type === "call_doubted").length;
  const doubtQuestions = events.filter(
    (event) => event.type === "question_asked" && event.question.kind === "doubt",
  ).length;
  const { points, deployedAt } = life;
  const ending = { phase: state.phase, points, deployedAt, doubts, doubtQuestions };
  process.stdout.write(`${JSON.stringify(ending)}\n`);
}

/**
 * The mutant that the sweep must catch: the intent of the `once` call is not on the disk before the call, it comes
 * with the next commit. All else is as it was, so that a call that crashed can't be told from one that never began.
 */
function mutated(store: Store): Store {
  if (mutant !== "no_intent") return store;
  let held: Commit | null = null;
  return {
    ...store,
    async commit(commit) {
      if (held) await store.commit(held);
      held = isIntent(commit) ? commit : null;
      return held ? { ok: true, version: commit.expect + commit.events.length } : store.commit(commit);
    },
  };
}

function isIntent({ events }: Commit): boolean {
  return events.some((event) => event.type === "call_started" && event.callId === "c4");
}

for (let at = 0; at < runs.length; at += 2) await live(new Life(runs[at] ?? "", Number(runs[at + 1])));
