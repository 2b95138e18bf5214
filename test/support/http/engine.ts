/** An engine without a worker: the real door to the log on a real store, and the test plays model and tools. */
import { pino } from "pino";
import { restartService } from "../../../adapters/demo/tools.ts";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { accept } from "../../../src/core/admit/admission.ts";
import { admit } from "../../../src/core/admit/admit.ts";
import { authorize } from "../../../src/core/admit/authorize.ts";
import { type Agent, limitsSchema, type Policy, type Rights } from "../../../src/core/agent.ts";
import type { Command, Refusal } from "../../../src/core/command.ts";
import type { EventBody } from "../../../src/core/event.ts";
import type { Submitted } from "../../../src/core/ports/channel.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { InboxKey } from "../../../src/core/ports/deliveries.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { fold } from "../../../src/core/reduce/reduce.ts";
import type { State } from "../../../src/core/state.ts";
import type { Propose } from "../../../src/engine/draft.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { Live } from "../../../src/engine/folded-states.ts";
import { forgetRun } from "../../../src/engine/forget.ts";
import { runIdFor } from "../../../src/engine/ids.ts";
import type { LeftBehind } from "../../../src/engine/left-behind.ts";
import { bindingOf } from "../../../src/engine/perform/binding.ts";
import type { ModelTrouble } from "../../../src/engine/perform/model-troubles.ts";
import { createRecord } from "../../../src/engine/record.ts";
import { SeenRuns } from "../../../src/engine/seen-runs.ts";
import { UnreadableRecords } from "../../../src/engine/unreadable.ts";
import { askHuman } from "../../../src/tools/ask-human.ts";
import { finalAnswer } from "../../../src/tools/final-answer.ts";
import { mathTools } from "../../../src/tools/math.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";

export interface TestEngine extends Engine {
  /** What the worker would have recorded. */
  happen(runId: string, ...events: EventBody[]): Promise<void>;
  draining: boolean;
  modelTroubles: ModelTrouble[];
  refusedWrites: { fullSince: number | null; refusedSince: number | null };
  leftBehind: LeftBehind[];
}

const everybody = ["console:local", "token:admin"];

/** `helper`: for everybody in these tests. `secret`: for the token `owner` alone. */
const rights: Record<string, Rights> = {
  helper: {
    launch: [...everybody, "token:launcher", "token:machine", "webhook:ci", "schedule:nightly"],
    read: [...everybody, "token:reader", "token:answerer", "requester"],
    answer: [...everybody, "token:answerer", "requester"],
    approve: [...everybody],
    control: [...everybody, "requester"],
  },
  secret: {
    launch: ["token:owner"],
    read: ["token:owner"],
    answer: ["token:owner"],
    approve: ["token:owner"],
    control: ["token:owner"],
  },
};

function agentNamed(name: string): Agent {
  return {
    name,
    description: `The ${name} of these tests`,
    model: null,
    instructions: "Help.",
    tools: ["ask_human", "final_answer", "sum_numbers", "divide_numbers", "restart_service"],
    prefetch: [],
    handOff: [],
    limits: limitsSchema.parse({}),
    hash: `hash-of-${name}`,
  };
}

/** Without `on` a store of its own, in memory. */
export async function testEngine(clock: Clock, on?: Store): Promise<TestEngine> {
  const store = on ?? (await openSqlite({ path: ":memory:", clock }));
  const tools = [askHuman, finalAnswer, ...mathTools, restartService({ file: "/dev/null" })];
  const toolbox = createToolbox(tools, { redact: (text) => text });
  const agents = [agentNamed("helper"), agentNamed("secret")];
  const live = new Live(store);
  const seen = new SeenRuns(store);
  const listeners = new Set<Parameters<Engine["watch"]>[0]>();

  function policyOf(name: string): Policy | null {
    const agent = agents.find((candidate) => candidate.name === name);
    const listed = rights[name];
    return agent && listed ? { agent, tools: toolbox.specs, rights: listed } : null;
  }

  async function policyFor(state: Pick<State, "agent">, agent?: string): Promise<Policy | Refusal> {
    const missing: Refusal = { code: "run_not_found", message: "There is no such run." };
    return policyOf(agent ?? state.agent.name) ?? missing;
  }

  const record = createRecord({
    store,
    live,
    clock,
    log: pino({ level: "silent" }),
    redact: (text) => text,
    channels: new Set(),
    policyOf: policyFor,
    committed: (change) => {
      for (const listener of listeners) listener(change);
    },
  });

  async function submit(
    runId: string,
    propose: Propose,
    inbox: InboxKey | null,
    agent?: string,
  ): Promise<Submitted> {
    const recorded = await record({ runId, propose, epoch: null, inbox, ...(agent ? { agent } : {}) });
    if (recorded.type === "refused") return { ok: false, refusal: recorded.refusal };
    const duplicate = recorded.type === "duplicate";
    return { ok: true, runId, duplicate, version: duplicate ? 0 : recorded.state.version };
  }

  function bound(command: Command, state: State): Command {
    if (command.type !== "edit") return command;
    const tool = state.questions.find((open) => open.id === command.questionId)?.call?.tool;
    const spec = tool === undefined ? undefined : toolbox.specs[tool];
    const hash = spec && bindingOf(spec, command.input, state.agent.hash, null);
    return hash === undefined ? command : { ...command, shown: { hash, preview: null } };
  }

  const engine: TestEngine = {
    store,
    toolbox,
    agents,
    modelName: "test model",
    modelTroubles: [],
    refusedWrites: { fullSince: null, refusedSince: null },
    unreadable: new UnreadableRecords({ error: () => {} }),
    leftBehind: [],
    whyLeft: ({ runId }) => engine.leftBehind.flatMap(({ run, why }) => (run === runId ? [why] : [])),
    draining: false,
    open: async () => {},
    start: async () => {},
    drain: async () => {},
    hold: async () => {},
    letGo: async () => {},
    voidApprovals: async () => {},
    accept: async () => "new",
    retryAt: async () => {},
    returned: async () => {},
    checkEdit: async () => null,
    async launch(agent, launch, inbox) {
      const runId = runIdFor(inbox);
      const known = await store.run(runId);
      if (known) return { ok: true, runId, duplicate: true, version: known.version };
      const command = { type: "launch", runId, ...launch } as const;
      return submit(runId, (state, policy) => admit(state, command, policy), inbox, agent);
    },
    command: (runId, command, inbox) =>
      submit(runId, (state, policy) => admit(state, bound(command, state), policy), inbox),
    async state(runId) {
      const events = await store.read(runId);
      return events.length === 0 ? null : fold(events);
    },
    events: (runId, after) => store.read(runId, after),
    seen: (runId) => seen.of(runId),
    async policy(state) {
      const policy = await policyFor(state);
      if (!("rights" in policy)) throw new Error(policy.message);
      return policy;
    },
    policyOf,
    forget: (runId, by) =>
      forgetRun(
        {
          ...{ record, store, clock, log: pino({ level: "silent" }), unreadable: engine.unreadable },
          ...{ state: engine.state, policy: engine.policy, dropMemory: (id) => seen.drop(id) },
        },
        runId,
        by,
      ),
    mayRead(actor, state) {
      const policy = policyOf(state.agent.name);
      return policy !== null && authorize("read", actor, policy.rights, state.from.principal).allowed;
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async happen(runId, ...events) {
      for (const event of events) await submit(runId, () => accept(event), null);
    },
  };
  return engine;
}
