/** Bots on one store whose agents can look for past runs, and the alerts that start their runs. */
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { Actor } from "../../src/core/actor.ts";
import type { Rights } from "../../src/core/agent.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { State } from "../../src/core/state.ts";
import { pastRuns as findPastRuns } from "../../src/engine/past-runs.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { pastRuns } from "../../src/tools/past-runs.ts";
import { agent, type Bot, openRights, startBot } from "./bot.ts";
import { clockOf } from "./clock.ts";
import { call, calling, finalAnswer, type ScriptedModel, scripted } from "./model/scripted.ts";

export const alerts: Actor = {
  principal: "webhook:alerts",
  name: "alerts",
  groups: [],
  guest: false,
  kind: "machine",
  asked: "nothing",
};

export const person = (principal: string, change: Partial<Actor> = {}): Actor => {
  return { principal, name: "erin", groups: [], guest: false, kind: "person", ...change };
};

export const looksFor = (words: string) => calling(call("past_runs", { words }));
export const recalls = (words: string) => scripted(looksFor(words), finalAnswer("ok"));

/** A restart that says whether it helped. `approval`: false waives it. */
function restart(approval = true) {
  const done: string[] = [];
  const tool = defineTool<{ service: string }>({
    name: "restart_service",
    description: "Restart a service.",
    input: z.object({ service: z.string() }),
    effect: "once",
    requiresApproval: approval,
    run: ({ service }) => {
      done.push(service);
      return "restarted";
    },
    verify: { check: async () => ({ verdict: "better", words: "errors 12 % → 0.1 %" }), everyMs: 1 },
  });
  return { done, tool };
}

export interface Recalling {
  store: Store;
  model: Model;
  at?: string;
  rights?: Partial<Rights>;
  approval?: boolean;
}

/** A bot of which it is this time. */
export async function recalling({ store, model, at, rights, approval }: Recalling) {
  const now = at === undefined ? Date.now() : Date.parse(at);
  const { done, tool } = restart(approval);
  const find: typeof findPastRuns extends (deps: never, ...rest: infer R) => infer T
    ? (...rest: R) => T
    : never = (runId, words) => findPastRuns(bot.engine, runId, words);
  const past = pastRuns({ find, urlOf: (runId) => `https://bot.example/runs/${runId}` });
  const known = agent({ handOff: ["helper"] });
  const tools = [...known.tools, tool.spec.name, past.spec.name];
  const bot: Bot = await startBot({
    ...{ store, model, tools: [tool, past], clock: clockOf(() => now) },
    agents: [
      { ...known, tools },
      { ...known, tools, name: "helper", hash: "helper-1", handOff: [] },
    ],
    rights: { ...openRights, ...rights },
  });
  onTestFinished(() => bot.stop());
  return { bot, done };
}

/** A run about an alert, as a webhook launches it, or somebody else; `after`: in one conversation with this run. */
export async function alerted(
  bot: Bot,
  title: string,
  { actor = alerts, after }: { actor?: Actor; after?: string } = {},
): Promise<string> {
  const follows = after === undefined ? null : { runId: after, task: title, outcome: "", untrusted: true };
  const task = "An alert is firing. Find out what is wrong.";
  const of = { task, title, actor, via: { channel: "webhook" }, addresses: [], context: [] };
  const submitted = await bot.engine.launch("default", { ...of, trusted: true, follows, parent: null }, null);
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  return submitted.runId;
}

/** A run that has ended with these words. */
export async function ended(
  bot: Bot,
  title: string,
  how: Parameters<typeof alerted>[2] = {},
): Promise<State> {
  return bot.untilEnd(await alerted(bot, title, how));
}

/** What past_runs told the model of the nth request. */
export function recalledIn({ requests }: ScriptedModel, nth: number): string {
  return JSON.stringify(requests[nth]?.input.at(-1));
}
