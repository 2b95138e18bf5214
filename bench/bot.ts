/** A bot to measure: the real engine on a SQLite file, a model that answers at once, logs off. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { openSqlite } from "../adapters/sqlite/store.ts";
import type { Actor } from "../src/core/actor.ts";
import type { Agent } from "../src/core/agent.ts";
import type { Model, ModelAnswer, ModelRequest } from "../src/core/ports/model.ts";
import type { Store } from "../src/core/ports/store.ts";
import type { Wakes } from "../src/core/ports/wakes.ts";
import { knownRedactor } from "../src/core/text/redact.ts";
import { createEngine } from "../src/engine/create.ts";
import type { Engine } from "../src/engine/engine.ts";
import type { Role } from "../src/engine/options.ts";
import { controlTools } from "../src/tools/control-tools.ts";
import { mathTools } from "../src/tools/math.ts";
import { createToolbox } from "../src/tools/toolbox.ts";
import { clockOf } from "../test/support/clock.ts";

export const clock = clockOf(() => Date.now());

export const operator: Actor = {
  principal: "console:bench",
  name: "bench",
  groups: [],
  guest: false,
  kind: "person",
};

const tools = [...controlTools, ...mathTools];
const everybody = ["*"];

const agent: Agent = {
  name: "default",
  description: "Adds.",
  model: null,
  instructions: "Add.",
  tools: tools.map((tool) => tool.spec.name),
  prefetch: [],
  handOff: [],
  limits: {
    steps: 100_000,
    totalSteps: 100_000,
    callsPerStep: 8,
    tokens: 1e12,
    costUsd: 1e6,
    contextTokens: 1e9,
    repeats: 20,
  },
  hash: "bench",
};

export interface Bench {
  engine: Engine;
  store: Store;
  path: string;
  launch(task: string): Promise<string>;
  /** Resolves when `count` runs have reached the version at which they end. */
  ended(count: number, lastVersion: number): Promise<void>;
  stop(): Promise<void>;
}

export function tempFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "belay-bench-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Where it stands, when not on a file of its own. */
export interface BenchPlace {
  store: Store;
  wakes: Wakes;
  role: Role;
}

export async function openBench(path: string, model: Model, place: BenchPlace | null = null): Promise<Bench> {
  const store = place?.store ?? (await openSqlite({ path, clock }));
  const engine = createEngine({
    ...place,
    store,
    model,
    toolbox: createToolbox(tools, { redact: (text) => text }),
    agents: [agent],
    defaultAgent: "default",
    rights: {
      "*": { launch: everybody, read: everybody, answer: everybody, approve: everybody, control: everybody },
    },
    channels: [],
    clock,
    rng: Math.random,
    log: pino({ level: "silent" }),
    redact: knownRedactor(["the-token-of-this-benchmark", "a-key-of-its-model"]),
  });
  await engine.start();
  return {
    engine,
    store,
    path,
    launch: (task) => launch(engine, task),
    ended: (count, lastVersion) => ended(engine, count, lastVersion),
    async stop() {
      await engine.drain(5_000);
      await store.close();
    },
  };
}

async function launch(engine: Engine, task: string): Promise<string> {
  const via = { channel: "console" };
  const request = {
    task,
    actor: operator,
    via,
    addresses: [],
    context: [],
    trusted: true,
    follows: null,
    parent: null,
  };
  const launched = await engine.launch("default", request, null);
  if (!launched.ok) throw new Error(launched.refusal.message);
  return launched.runId;
}

/** Looks at versions alone: reading states would be work of the measurement, not of the bot. */
function ended(engine: Engine, count: number, lastVersion: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  let over = 0;
  const end = engine.watch(({ version }) => {
    if (version === lastVersion) over++;
    if (over === count) done.resolve();
  });
  return done.promise.finally(end);
}

const usage = { inputTokens: 100, cachedTokens: 0, outputTokens: 10, reasoningTokens: 0, costUsd: 0 };

export function answer(id: string, tool: string, input: unknown): ModelAnswer {
  return {
    text: null,
    calls: [{ id, tool, arguments: JSON.stringify(input) }],
    refusal: null,
    cut: null,
    items: [],
    provider: "bench",
    model: "bench",
    usage,
  };
}

/**
 * Adds as often as it should, then answers: `steps` times, or as the task says (`add 50`). What to do follows from the
 * request alone.
 */
export function adding(steps?: number): Model {
  return {
    name: "bench",
    answer: async (request: ModelRequest) => {
      const step = (request.input.length - 1) / 2;
      return step < (steps ?? stepsOf(request))
        ? answer(`call_${step}`, "sum_numbers", { a: step, b: 1 })
        : answer(`call_${step}`, "final_answer", { answer: "done" });
    },
  };
}

function stepsOf({ input: [task] }: ModelRequest): number {
  return Number(/add (\d+)/.exec(task?.type === "user" ? task.text : "")?.[1]);
}

/** launched, then two events a step, then the answer and the end. */
export function lastVersionOf(steps: number): number {
  return 2 * steps + 3;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
