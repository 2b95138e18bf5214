/** Puts the engine together: record, worker, deliverer and inbox around one store. */
import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Actor } from "../core/actor.ts";
import { admit } from "../core/admit.ts";
import type { Agent, Policy, Rights } from "../core/agent.ts";
import { authorize } from "../core/authorize.ts";
import type { Command, LaunchRequest, Refusal } from "../core/command.ts";
import type { Event, EventBody } from "../core/event.ts";
import type {
  Channel,
  Claim,
  Clock,
  Inbound,
  InboxKey,
  Model,
  Store,
  Submitted,
  Toolbox,
} from "../core/ports.ts";
import type { State } from "../core/state.ts";
import { advance } from "./advance.ts";
import { backoffMs, type Rng } from "./backoff.ts";
import { bindingOf } from "./binding.ts";
import { Deliverer } from "./deliver.ts";
import type { Engine } from "./engine.ts";
import { runIdFor } from "./ids.ts";
import { Inbox } from "./inbox.ts";
import { ingest } from "./ingest.ts";
import { Live } from "./live.ts";
import { createRecord, type Record, type Recorded } from "./record.ts";
import { Worker } from "./worker.ts";

export interface EngineOptions {
  store: Store;
  model: Model;
  toolbox: Toolbox;
  agents: readonly Agent[];
  defaultAgent: string;
  /** Rights by agent name; `*` for agents that are not named. */
  rights: Readonly<{ [agent: string]: Rights }>;
  /** Address or prefix → agent name. */
  routes?: Readonly<{ [prefix: string]: string }>;
  channels: readonly Channel[];
  clock: Clock;
  rng: Rng;
  log: Logger;
}

type Listener = (change: { runId: string; version: number }) => void;

const nobody: Rights = { launch: [], read: [], answer: [], approve: [], control: [] };

export function createEngine(options: EngineOptions): Engine {
  return new RunEngine(options);
}

class RunEngine implements Engine {
  readonly store: Store;
  readonly toolbox: Toolbox;
  readonly agents: readonly Agent[];
  readonly modelName: string;
  readonly #options: EngineOptions;
  readonly #record: Record;
  readonly #live: Live;
  readonly #worker: Worker;
  readonly #deliverer: Deliverer;
  readonly #inbox: Inbox;
  readonly #listeners = new Set<Listener>();
  /** Channels that could not start and wait to be tried again. */
  readonly #restarts = new Map<string, NodeJS.Timeout>();
  /** Agents as runs pinned them, by hash: few, and never changed. */
  readonly #pinned = new Map<string, Agent>();

  constructor(options: EngineOptions) {
    const { store, clock, log, rng } = options;
    const channels = new Map(options.channels.map((channel) => [channel.name, channel]));
    this.#options = options;
    this.store = store;
    this.toolbox = options.toolbox;
    this.agents = options.agents;
    this.modelName = options.model.name;
    this.#live = new Live(store);
    this.#record = createRecord({
      store,
      live: this.#live,
      clock,
      log,
      channels: new Set(channels.keys()),
      policyOf: (state, agent) => this.#policyOr(state, agent),
      committed: (change) => this.#committed(change),
    });
    const owner = `worker-${randomUUID()}`;
    this.#worker = new Worker({
      store,
      clock,
      log,
      rng,
      owner,
      drive: (claim, signal) => this.#drive(claim, signal),
    });
    this.#deliverer = new Deliverer({
      store,
      clock,
      log,
      rng,
      channels,
      becameReal: async (row, address) => {
        await this.#fact(row.runId, (state) =>
          state.addresses.includes(row.address)
            ? [{ type: "address_became", provisional: row.address, address }]
            : [],
        );
      },
    });
    const deps = { engine: this, routes: options.routes ?? {}, defaultAgent: options.defaultAgent };
    this.#inbox = new Inbox({ store, clock, log, channels, ingest: (inbound) => ingest(deps, inbound) });
  }

  async start(): Promise<void> {
    for (const agent of this.agents) {
      await this.store.saveAgent(agent);
      this.#pinned.set(agent.hash, agent);
    }
    for (const channel of this.#options.channels) await this.#startChannel(channel);
    this.#inbox.start();
    this.#worker.start();
    this.#deliverer.start();
  }

  /** A channel that can't start says so and is tried again; the rest of the bot works. */
  async #startChannel(channel: Channel, attempt = 1): Promise<void> {
    const { log, rng } = this.#options;
    try {
      await channel.start(this);
    } catch (error) {
      log.error({ channel: channel.name, err: error, attempt }, "channel did not start");
      const again = setTimeout(
        () => void this.#startChannel(channel, attempt + 1),
        backoffMs(attempt, null, rng, 5_000, 300_000),
      );
      again.unref();
      this.#restarts.set(channel.name, again);
    }
  }

  async drain(graceMs: number): Promise<void> {
    for (const again of this.#restarts.values()) clearTimeout(again);
    await this.#worker.stop(graceMs);
    await this.#inbox.stop();
    await this.#deliverer.stop();
    for (const channel of this.#options.channels) await channel.stop();
  }

  get draining(): boolean {
    return this.#worker.stopping;
  }

  accept(inbound: Inbound): Promise<"new" | "duplicate"> {
    return this.#inbox.accept(inbound);
  }

  async launch(agent: string, request: LaunchRequest, inbox: InboxKey | null): Promise<Submitted> {
    const runId = runIdFor(inbox);
    const launch: Command = { type: "launch", runId, ...request };
    const recorded = await this.#record({
      runId,
      epoch: null,
      inbox,
      agent,
      propose: (state, policy) => admit(state, launch, policy),
    });
    // The run exists already: its key was seen before (perhaps before a crash that came after the commit).
    if (recorded.type === "refused" && recorded.refusal.code === "already_launched" && inbox) {
      return { ok: true, runId, duplicate: true, version: recorded.state.version };
    }
    return this.#submitted(runId, recorded);
  }

  async command(
    runId: string,
    command: Exclude<Command, { type: "launch" }>,
    inbox: InboxKey | null,
  ): Promise<Submitted> {
    const checked = await this.#withCheckedEdit(runId, command);
    if ("refusal" in checked) return { ok: false, refusal: checked.refusal };
    const recorded = await this.#record({
      runId,
      epoch: null,
      inbox,
      propose: (state, policy) => admit(state, checked.command, policy),
    });
    return this.#submitted(runId, await this.#withOldQuestion(recorded, command));
  }

  /** The state keeps the last few settled questions; of older ones the store still knows that they were settled. */
  async #withOldQuestion(recorded: Recorded, command: Command): Promise<Recorded> {
    if (recorded.type !== "refused" || recorded.refusal.code !== "question_not_found") return recorded;
    const id = "questionId" in command ? command.questionId : null;
    const row = id === null ? null : await this.store.question(id);
    if (row?.runId !== recorded.state.runId || row.settledAt === null) return recorded;
    const message = `Already answered at ${new Date(row.settledAt).toISOString()}.`;
    return { ...recorded, refusal: { code: "already_answered", message } };
  }

  async state(runId: string): Promise<State | null> {
    const state = await this.#live.newest(runId);
    return state.version === 0 ? null : state;
  }

  events(runId: string, after = 0): Promise<Event[]> {
    return this.store.read(runId, after);
  }

  async policy(state: State): Promise<Policy> {
    const policy = await this.#policyOr(state, undefined);
    if ("rights" in policy) return policy;
    throw new Error(policy.message);
  }

  policyOf(name: string): Policy | null {
    const agent = this.agents.find((known) => known.name === name);
    return agent ? this.#policyWith(agent) : null;
  }

  mayRead(actor: Actor, state: Pick<State, "agent" | "from">): boolean {
    const rights = this.#rightsOf(state.agent.name);
    return authorize("read", actor, rights, state.from.principal).allowed;
  }

  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #policyOr(state: State, agent: string | undefined): Promise<Policy | Refusal> {
    if (state.version === 0) {
      if (agent === undefined) return { code: "run_not_found", message: "There is no such run." };
      const names = this.agents.map((known) => known.name).join(", ");
      return (
        this.policyOf(agent) ?? {
          code: "unknown_agent",
          message: `There is no agent "${agent}". There are: ${names}.`,
        }
      );
    }
    const pinned = this.#pinned.get(state.agent.hash) ?? (await this.store.loadAgent(state.agent.hash));
    if (!pinned)
      throw new Error(`run ${state.runId} uses an agent that the store does not know: ${state.agent.hash}`);
    this.#pinned.set(pinned.hash, pinned);
    return this.#policyWith(pinned);
  }

  #policyWith(agent: Agent): Policy {
    return { agent, tools: this.toolbox.specs, rights: this.#rightsOf(agent.name) };
  }

  #rightsOf(agent: string): Rights {
    return this.#options.rights[agent] ?? this.#options.rights["*"] ?? nobody;
  }

  /** Arguments that a person edited are checked like the model's, and bound anew. */
  async #withCheckedEdit(
    runId: string,
    command: Exclude<Command, { type: "launch" }>,
  ): Promise<{ command: typeof command } | { refusal: Refusal }> {
    if (command.type !== "approve" || command.input === null) return { command };
    const state = await this.state(runId);
    const call = state?.questions.find((question) => question.id === command.questionId)?.call;
    const spec = call ? this.toolbox.specs[call.tool] : undefined;
    // Not open any more, or no such tool: admit finds the right words.
    if (!state || !call || !spec) return { command };
    const { input, error } = this.toolbox.checkInput(call.tool, command.input);
    if (error) return { refusal: { code: "answer_invalid", message: error.message } };
    return { command: { ...command, input, hash: bindingOf(spec, input, state.agent.hash, null) } };
  }

  #submitted(runId: string, recorded: Recorded): Submitted {
    switch (recorded.type) {
      case "recorded":
        return { ok: true, runId, duplicate: false, version: recorded.state.version };
      case "refused":
        return { ok: false, refusal: recorded.refusal };
      case "duplicate":
        return { ok: true, runId: recorded.runId ?? runId, duplicate: true, version: 0 };
    }
  }

  #fact(runId: string, events: (state: State) => readonly EventBody[]): Promise<Recorded> {
    return this.#record({
      runId,
      epoch: null,
      inbox: null,
      propose: (state) => ({ ok: true, events: [...events(state)] }),
    });
  }

  #committed(change: Parameters<Listener>[0] & { due: boolean; posts: number }): void {
    if (change.due) this.#worker.poke();
    if (change.posts > 0) this.#deliverer.poke();
    for (const listener of this.#listeners) listener(change);
  }

  #drive(claim: Claim, signal: AbortSignal): Promise<boolean> {
    const { model, toolbox, clock, rng } = this.#options;
    // Another process may have had the run since this one last saw it.
    if (claim.epoch > 1) this.#live.forget(claim.runId);
    return advance({
      runId: claim.runId,
      epoch: claim.epoch,
      recovered: claim.recovered,
      record: this.#record,
      model,
      toolbox,
      clock,
      rng,
      signal,
      stopping: () => this.#worker.stopping,
      policy: (state) => this.policy(state),
      loadState: (runId) => this.#live.newest(runId),
    });
  }
}
