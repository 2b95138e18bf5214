/**
 * The world of the golden databases: agents, tools and a model that hold a run in each of its phases, or let it go on.
 */

import { z } from "zod";
import type { Agent } from "../../../src/core/agent.ts";
import type { Channel } from "../../../src/core/ports/channel.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import { type Model, ModelError } from "../../../src/core/ports/model.ts";
import { OutcomeUnknown, type Tool } from "../../../src/tools/contract.ts";
import { defineTool } from "../../../src/tools/define-tool.ts";
import { agent } from "../bot.ts";
import { muteChannel } from "../channel.ts";
import { clockOf } from "../clock.ts";
import { answerWith, finalAnswer } from "../model/scripted.ts";
import type { Scene } from "./scene.ts";
import { goldenScenes } from "./scenes.ts";

/** When the golden databases were made, ms. */
export const madeAt = 1_700_000_000_000;

/** Runs from then on, as time does here. */
export function clockFrom(start: number): Clock {
  const begun = Date.now();
  return clockOf(() => start + Date.now() - begun);
}

const never = <T>() => new Promise<T>(() => {});

export interface GoldenTools {
  tools: Tool[];
  /** What happened in the world, in order: `restart checkout`. */
  done: string[];
}

/** `held`: whatever a scene stops at never returns, as if the process were killed there. */
export function goldenTools(held: boolean): GoldenTools {
  const done: string[] = [];
  const input = z.object({ service: z.string() });
  const act = async (name: string, { service }: { service: string }) => {
    if (held && service === "held") return never<string>();
    if (held && service === "lost") throw new OutcomeUnknown("the connection broke");
    done.push(`${name} ${service}`);
    return `${name} of ${service} is done`;
  };
  const once = { input, effect: "once" as const, requiresApproval: false };
  const tools = [
    defineTool({ ...once, name: "restart", description: "Restart.", run: (given) => act("restart", given) }),
    defineTool({
      ...once,
      name: "push",
      description: "Push.",
      reconcile: async () => ({ type: "done", output: "it was pushed" }),
      run: (given) => act("push", given),
    }),
    defineTool({
      name: "tag",
      description: "Tag.",
      input,
      effect: "idempotent",
      run: (given) => act("tag", given),
    }),
    defineTool({
      name: "release",
      description: "Release.",
      input,
      preview: async ({ service }) => `${service}: v1 becomes v2`,
      run: (given) => act("release", given),
    }),
    defineTool({
      name: "destroy",
      description: "Destroy.",
      input,
      requiresApproval: { count: 2 },
      run: (given) => act("destroy", given),
    }),
    defineTool({ name: "look", description: "Look.", input, effect: "read", run: () => "x".repeat(1200) }),
    defineTool({
      name: "page",
      description: "Read the page.",
      input: z.object({}),
      effect: "read",
      run: () => (held ? never<string>() : "the page"),
    }),
  ];
  return { tools, done };
}

export function goldenAgents(tools: readonly Tool[]): Agent[] {
  const known = agent();
  const all = {
    ...known,
    tools: [...known.tools, ...tools.map((tool) => tool.spec.name)],
    handOff: ["helper"],
    hash: "golden-default",
  };
  return [
    all,
    { ...all, name: "helper", hash: "golden-helper" },
    { ...all, name: "watcher", hash: "golden-watcher", prefetch: ["page"] },
    { ...all, name: "brief", hash: "golden-brief", limits: { ...known.limits, steps: 2 } },
    { ...all, name: "narrow", hash: "golden-narrow", limits: { ...known.limits, contextTokens: 500 } },
  ];
}

/** Answers by the scene that the task names, and how often it answered there: it remembers nothing itself. */
export function goldenModel(held: boolean): Model {
  return {
    name: "golden",
    async answer(request) {
      const told = JSON.stringify(request.input);
      const scene = goldenScenes
        .filter(({ task }) => told.includes(task))
        // A run names the task that it hands on after its own.
        .sort((a, b) => told.indexOf(a.task) - told.indexOf(b.task))[0];
      if (!scene) return answerWith(finalAnswer("done"));
      const turn = request.input.filter((item) => item.type === "model").length;
      if (held && scene.model?.hangs === turn) return never();
      if (held && scene.model?.fails === turn) {
        throw new ModelError("overloaded", "busy", { retryable: true, retryAfterMs: 600_000 });
      }
      return answerWith(answerOf(scene, turn, told));
    },
  };
}

function answerOf(scene: Scene, turn: number, told: string) {
  const { answers } = scene;
  return typeof answers === "function"
    ? answers(told)
    : (answers[Math.min(turn, answers.length - 1)] ?? { text: "" });
}

/** What became of a post, channel by channel, when the golden databases were made. */
const fates: Record<string, () => Promise<{ remoteId: string }>> = {
  discord: async () => {
    throw new ChannelError("it may have arrived", { type: "uncertain", retryAfterMs: 60_000 });
  },
  email: async () => {
    throw new ChannelError("nobody of that name", { type: "body" });
  },
  webhook: never,
  terminal: async () => {
    throw new ChannelError("not there", { type: "way", retryAfterMs: null });
  },
};

/** Channels without a platform: `held` with the fates above, else every post arrives. */
export function goldenChannels(held: boolean, posted: (id: string) => void = () => {}): Channel[] {
  return ["slack", "discord", "email", "webhook", "terminal"].map((name) =>
    muteChannel({
      name,
      can: { edit: true, buttons: true, maxText: 3000, minIntervalMs: 0 },
      async post({ id, address }) {
        const fate = held ? fates[name] : undefined;
        if (fate) return fate();
        posted(id);
        return { remoteId: `at-${id}`, address: address.replace(/\/new:.*/, "/1700000000.5") };
      },
      health: () => ({ ok: true, detail: "golden" }),
    }),
  );
}
