/**
 * One scripted run in a process of its own, killed at the n-th point between two calls of store, model or tool.
 * Arguments: folder, point to die at (0: none), mutant ("none" or "no_intent"). Prints a line when it begins to work,
 * and one of JSON at its end.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Model, ModelRequest } from "../../src/core/ports/model.ts";
import type { Commit, Store } from "../../src/core/ports/store.ts";
import type { State } from "../../src/core/state.ts";
import { controlTools } from "../../src/tools/control-tools.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { mathTools } from "../../src/tools/math.ts";
import { agent, type Bot, clock, operator, startBot } from "../support/bot.ts";
import { answerWith, call } from "../support/model/scripted.ts";

const [folder = "", dieAt = "0", mutant = "none"] = process.argv.slice(2);
const world = join(folder, "world.log");
let points = 0;

/** A place where the process may die. Nothing is flushed, nobody is told. */
function point(): void {
  points++;
  if (points === Number(dieAt)) process.kill(process.pid, "SIGKILL");
}

/** The same object, with a point before and after each of these calls. */
function dying<T extends object>(target: T, names: readonly (keyof T)[]): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const value: unknown = Reflect.get(object, name, receiver);
      if (typeof value !== "function" || !names.includes(name as keyof T)) return value;
      return async (...args: unknown[]) => {
        point();
        const result: unknown = await value.apply(object, args);
        point();
        return result;
      };
    },
  });
}

const act = (line: string) => appendFileSync(world, `${line}\n`);
const happened = (line: string) =>
  existsSync(world) && readFileSync(world, "utf8").split("\n").includes(line);

const tools = [
  defineTool({
    name: "tag",
    description: "Tag a version.",
    input: z.object({ version: z.string() }),
    effect: "idempotent",
    requiresApproval: false,
    run: ({ version }, { key }) => {
      act(`tag ${version} ${key}`);
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
      act(`deploy ${version}`);
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
async function settle(bot: Bot, state: State): Promise<void> {
  for (const question of state.questions) {
    const base = { questionId: question.id, actor: operator, via: { channel: "console" } };
    if (question.kind === "approval")
      await bot.engine.command(state.runId, { type: "approve", input: null, ...base }, null);
    else {
      const doubt = happened("deploy v1") ? "happened" : "run";
      const answer = question.kind === "doubt" ? doubt : "blue";
      await bot.engine.command(state.runId, { type: "provide_input", answer, ...base }, null);
    }
  }
}

async function main(): Promise<void> {
  const store = await openSqlite({ path: join(folder, "belay.db"), clock });
  // Whatever the engine asks of its store is a point.
  const storeCalls = (Object.keys(store) as (keyof Store)[]).filter((name) => name !== "close");
  const known = agent();
  const bot = await startBot({
    store: dying(mutated(store), storeCalls),
    model: dying(model, ["answer"]),
    tools,
    agents: [
      { ...known, tools: [...[...controlTools, ...mathTools, ...tools].map((tool) => tool.spec.name)] },
    ],
    toolbox: (toolbox) => dying(toolbox, ["run", "reconcile"]),
  });
  process.stdout.write("working\n");
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
    void settle(bot, state);
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
  process.stdout.write(`${JSON.stringify({ phase: state.phase, points, doubts, doubtQuestions })}\n`);
}

/**
 * The mutant that the sweep must catch: the intent of the `once` call is not on the disk before the call, it comes with
 * the next commit. All else is as it was, so that a call that crashed can't be told from one that never began.
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

await main();
