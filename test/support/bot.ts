/** A whole bot in one process: the real engine and store, with a scripted model or the demo model. */

import { type Logger, pino } from "pino";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Actor } from "../../src/core/actor.ts";
import type { Agent, FreezeRule, Rights } from "../../src/core/agent.ts";
import type { Channel } from "../../src/core/ports/channel.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { Toolbox } from "../../src/core/ports/toolbox.ts";
import type { Wakes } from "../../src/core/ports/wakes.ts";
import { hasEnded, type State, statusOf } from "../../src/core/state.ts";
import { knownRedactor } from "../../src/core/text/redact.ts";
import type { Status } from "../../src/core/text/status.ts";
import { createEngine } from "../../src/engine/create.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Role } from "../../src/engine/options.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { controlTools } from "../../src/tools/control-tools.ts";
import { mathTools } from "../../src/tools/math.ts";
import { createToolbox } from "../../src/tools/toolbox.ts";
import { clockOf } from "./clock.ts";

export const clock = clockOf(() => Date.now());

/** May do everything, from this machine. */
export const operator: Actor = {
  principal: "console:local",
  name: "dana",
  groups: [],
  guest: false,
  kind: "person",
};

export const openRights: Rights = {
  launch: ["*"],
  read: ["*"],
  answer: ["*"],
  approve: ["*"],
  control: ["*"],
};

export function agent(change: Partial<Agent> = {}): Agent {
  return {
    name: "default",
    description: "A test agent.",
    model: null,
    instructions: "Act through tools.",
    tools: [...controlTools, ...mathTools].map((tool) => tool.spec.name),
    prefetch: [],
    handOff: [],
    limits: {
      steps: 10,
      totalSteps: 50,
      callsPerStep: 8,
      tokens: 500_000,
      costUsd: 2,
      contextTokens: 100_000,
      repeats: 3,
    },
    hash: "agent-1",
    ...change,
  };
}

export interface BotOptions {
  model: Model;
  store?: Store;
  tools?: readonly Tool[];
  agents?: readonly Agent[];
  rights?: Rights;
  /** By agent name, instead of the same for all. */
  rightsOf?: Readonly<Record<string, Rights>>;
  channels?: readonly Channel[];
  /** Wraps the toolbox, to break it or to watch it. */
  toolbox?: (toolbox: Toolbox) => Toolbox;
  clock?: Clock;
  /** Without it the bot looks for what is due by itself. */
  wakes?: Wakes;
  role?: Role;
  log?: Logger;
  /** Secrets that the bot knows. */
  secrets?: readonly string[];
  auditDays?: number;
  freezes?: readonly FreezeRule[];
}

export interface Bot {
  engine: Engine;
  store: Store;
  /** Launch as the operator, or as somebody else; returns the run id. */
  launch(task: string, actor?: Actor): Promise<string>;
  /** Resolves with the state once it satisfies the condition; waits for commits, not for time. */
  until(runId: string, condition: (state: State) => boolean): Promise<State>;
  untilStatus(runId: string, ...statuses: Status[]): Promise<State>;
  untilEnd(runId: string): Promise<State>;
  /** Drain; the store is closed too unless it was given. */
  stop(): Promise<void>;
}

export async function startBot(options: BotOptions): Promise<Bot> {
  const store = options.store ?? (await openSqlite({ path: ":memory:", clock }));
  const tools = options.tools ?? [];
  const known = agent();
  const agents = options.agents ?? [
    { ...known, tools: [...known.tools, ...tools.map((tool) => tool.spec.name)] },
  ];
  const engine = createEngine({
    store,
    model: options.model,
    toolbox: (options.toolbox ?? ((toolbox) => toolbox))(
      createToolbox([...controlTools, ...mathTools, ...tools], { redact: (text) => text }),
    ),
    agents,
    defaultAgent: "default",
    rights: options.rightsOf ?? { "*": options.rights ?? openRights },
    channels: options.channels ?? [],
    clock: options.clock ?? clock,
    ...(options.wakes ? { wakes: options.wakes } : {}),
    ...(options.role ? { role: options.role } : {}),
    rng: () => 0.5,
    redact: knownRedactor(options.secrets ?? []),
    log: options.log ?? pino({ level: process.env.TEST_LOG ?? "silent" }),
    ...(options.freezes ? { freezes: options.freezes } : {}),
    ...(options.auditDays === undefined ? {} : { auditDays: options.auditDays }),
  });
  await engine.start();
  return botOf(engine, store, options.store === undefined);
}

function botOf(engine: Engine, store: Store, ownsStore: boolean): Bot {
  const until: Bot["until"] = async (runId, condition) => {
    const changed = Promise.withResolvers<State>();
    const look = async () => {
      const state = await engine.state(runId);
      if (state && condition(state)) changed.resolve(state);
    };
    const end = engine.watch((change) => {
      if (change.runId === runId) look().catch(changed.reject);
    });
    await look();
    return changed.promise.finally(end);
  };
  return {
    engine,
    store,
    until,
    untilStatus: (runId, ...statuses) => until(runId, (state) => statuses.includes(statusOf(state))),
    untilEnd: (runId) => until(runId, hasEnded),
    async launch(task, actor = operator) {
      const submitted = await engine.launch(
        "default",
        {
          task,
          actor,
          via: { channel: "console" },
          addresses: [],
          context: [],
          trusted: true,
          follows: null,
          parent: null,
        },
        null,
      );
      if (!submitted.ok) throw new Error(submitted.refusal.message);
      return submitted.runId;
    },
    async stop() {
      await engine.drain(1_000);
      if (ownsStore) await store.close();
    },
  };
}
