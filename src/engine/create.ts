/** Puts the engine together: record, worker, deliverer and inbox around one store. */
import { randomUUID } from "node:crypto";
import type { Actor, Address } from "../core/actor.ts";
import type { Agent, Policy } from "../core/agent.ts";
import type { Edit, LaunchRequest, Refusal, RunCommand } from "../core/command.ts";
import type { RunEvent } from "../core/event.ts";
import type { SeenTexts } from "../core/origin/trace.ts";
import type { Returned, Submitted } from "../core/ports/channel.ts";
import type { Changed, Only } from "../core/ports/commit.ts";
import type { InboxKey, OutboxRow } from "../core/ports/deliveries.ts";
import type { Inbound } from "../core/ports/inbound.ts";
import type { Claim } from "../core/ports/runs.ts";
import type { Store } from "../core/ports/store.ts";
import type { Toolbox } from "../core/ports/toolbox.ts";
import type { Wakes } from "../core/ports/wakes.ts";
import type { State } from "../core/state.ts";
import { advance, failRun } from "./advance.ts";
import { ChannelSet } from "./channel-set.ts";
import { Deliverer } from "./deliver.ts";
import type { Engine } from "./engine.ts";
import { Live } from "./folded-states.ts";
import { type ForgetBy, type Forgotten, forgetRun } from "./forget.ts";
import { dropNotes } from "./forget-notes.ts";
import { Inbox } from "./inbox.ts";
import { ingest } from "./ingest.ts";
import type { Lease } from "./lease.ts";
import { LeftBehindRuns, type RunLookedAt } from "./left-behind.ts";
import { LeftRuns } from "./left-runs.ts";
import type { EngineOptions, Role } from "./options.ts";
import { Looks } from "./perform/looks.ts";
import { type ModelTrouble, ModelTroubles } from "./perform/model-troubles.ts";
import { becameReal, returned } from "./places.ts";
import { Policies } from "./policies.ts";
import { Pruner } from "./prune.ts";
import { type Change, createRecord, type Recorder } from "./record.ts";
import { RefusedWrites } from "./refused-writes.ts";
import { SeenRuns } from "./seen-runs.ts";
import { checkEdit, type SubmitDeps, submitCommand, submitLaunch } from "./submit.ts";
import { ToolsElsewhere } from "./tools-elsewhere.ts";
import { submitUndo } from "./undo.ts";
import { UnreadableRecords } from "./unreadable.ts";
import { voidApprovals } from "./void-approvals.ts";
import { type Due, RunWorker } from "./worker.ts";

type Listener = (change: { runId: string; version: number }) => void;

/** Nothing runs and nothing is read before `open` or `start`. */
export function createEngine(options: EngineOptions): Engine {
  return new RunEngine(options);
}

class RunEngine implements Engine {
  readonly store: Store;
  readonly toolbox: Toolbox;
  readonly agents: readonly Agent[];
  readonly modelName: string;
  readonly unreadable: UnreadableRecords;
  readonly refusedWrites: RefusedWrites;
  readonly #options: EngineOptions;
  readonly #policies: Policies;
  readonly #record: Recorder;
  readonly #live: Live;
  readonly #worker: RunWorker;
  readonly #deliverer: Deliverer;
  readonly #inbox: Inbox;
  readonly #pruner: Pruner;
  readonly #channels: ChannelSet;
  readonly #wakes: Wakes | null;
  readonly #role: Role;
  readonly #left: LeftRuns;
  readonly #leftBehind: LeftBehindRuns;
  readonly #elsewhere: ToolsElsewhere;
  readonly #troubles = new ModelTroubles();
  readonly #looks = new Looks();
  readonly #seen: SeenRuns;
  readonly #listeners = new Set<Listener>();
  readonly #stopping = new AbortController();
  #opened: Promise<void> | null = null;
  #draining = false;
  readonly whyLeft = (run: RunLookedAt) => this.#leftBehind.why(run);

  constructor(options: EngineOptions) {
    const { store, toolbox, agents, clock, log, rng, redact } = options;
    this.#options = options;
    this.store = store;
    this.toolbox = toolbox;
    this.agents = agents;
    this.modelName = options.model.name;
    const unreadable = options.unreadable ?? new UnreadableRecords(log);
    this.unreadable = unreadable;
    this.refusedWrites = new RefusedWrites({ clock, log });
    const { specs: tools } = toolbox;
    this.#wakes = options.wakes ?? null;
    this.#role = options.role ?? { works: true, speaks: true };
    const told = this.#wakes !== null;
    const others = { told, works: this.#role.works, changed: () => this.#leftBehind.look() };
    this.#elsewhere = new ToolsElsewhere({ store, clock, log, unreadable, tools, ...others });
    const elsewhere = this.#elsewhere;
    this.#policies = new Policies({ ...options, tools, elsewhere });
    this.#live = new Live(store);
    this.#seen = new SeenRuns(store);
    this.#channels = new ChannelSet(options.channels, log, rng);
    const { byName: channels, here } = this.#channels;
    const record = createRecord({
      ...{ store, live: this.#live, clock, log, redact },
      channels: new Set(channels.keys()),
      policyOf: (state, agent, at) => this.#policies.of(state, agent, at),
      committed: (change) => this.#committed(change),
    });
    this.#record = (proposal) => this.refusedWrites.noticing(() => record(proposal));
    const drive = (claim: Due, lease: Lease, signal: AbortSignal) => this.#drive(claim, lease, signal);
    const fail = ({ runId, epoch }: Claim, error: unknown, times: number) =>
      failRun({ record: this.#record, runId, epoch }, error, times);
    const work = { store, clock, log, rng };
    this.#left = new LeftRuns({ clock, log, unreadable });
    const owner = `worker-${randomUUID()}`;
    this.#worker = new RunWorker({ ...work, wakes: this.#wakes, left: this.#left, owner, drive, fail });
    const became = (row: OutboxRow, address: Address) => becameReal(this.#record, row, address);
    const gone = ({ runId, address }: OutboxRow) => dropNotes({ store, unreadable }, runId, [address]);
    this.#deliverer = new Deliverer({ ...work, told, unreadable, channels: here, becameReal: became, gone });
    this.#pruner = new Pruner({ store, clock, log, unreadable, auditDays: options.auditDays ?? 365 });
    const helpOf = (channel: string) => channels.get(channel)?.can.help ?? null;
    const deps = { engine: this, routes: options.routes ?? {}, defaultAgent: options.defaultAgent, helpOf };
    const now = { agents, tools, elsewhere, channels };
    this.#leftBehind = new LeftBehindRuns({ store, ...now, unreadable, log, record: this.#record });
    this.#inbox = new Inbox({
      ...{ store, clock, log, unreadable },
      channels: here,
      ingest: (inbound) => ingest(deps, inbound),
      elsewhere: () => this.#channels.elsewhere,
      told,
    });
  }

  open(): Promise<void> {
    this.#opened ??= this.#policies.pin().then(() => {
      const { byName, shared } = this.#channels;
      if (this.#role.speaks) this.#channels.begin(this.#wakes ? shared : [...byName.values()], this);
    });
    return this.#opened;
  }

  async start(): Promise<void> {
    await this.open();
    await this.#channels.begun;
    await this.#troubles.remember(this.store);
    await this.store.watch((change) => this.#changedElsewhere(change));
    const { works, speaks } = this.#role;
    await this.#elsewhere.start();
    if (speaks) this.#inbox.start();
    if (works) this.#worker.start();
    if (speaks) this.#deliverer.start();
    // One of several processes does it for all: see `hold`.
    if (this.#wakes === null) this.#pruner.start();
    this.#leftBehind.look();
    await this.#wakes?.start({
      run: works ? (wakeUp) => this.#worker.wakeUps.activate(wakeUp) : null,
      left: () => this.#left.list,
      channels: () => [...this.#channels.here.keys()],
      posts: () => this.#deliverer.poke(),
      inbox: () => this.#inbox.poke(),
    });
  }

  async hold(): Promise<void> {
    if (this.#wakes === null || !this.#role.speaks || this.#draining) return;
    this.#channels.begin(this.#channels.single, this);
    await this.#channels.begun;
    this.#wakes.refresh();
    this.#pruner.start();
  }

  async letGo(): Promise<void> {
    if (this.#wakes === null) return;
    await this.#pruner.stop();
    await this.#channels.stop(this.#channels.single);
    if (!this.#draining) this.#wakes.refresh();
  }

  async drain(graceMs: number, closeDoors = async () => {}): Promise<void> {
    this.#draining = true;
    const hears = this.#wakes?.stop();
    await this.#worker.stop(graceMs);
    await hears;
    this.#stopping.abort();
    await this.#inbox.stop();
    await this.#deliverer.stop();
    await closeDoors();
    await this.#channels.stop();
    await this.#pruner.stop();
    await this.#elsewhere.stop();
    await this.#leftBehind.looked;
  }

  get leftBehind() {
    return this.#leftBehind.list;
  }

  get modelTroubles(): readonly ModelTrouble[] {
    return this.#troubles.all();
  }

  get draining(): boolean {
    return this.#draining;
  }

  accept(inbound: Inbound): Promise<"new" | "duplicate"> {
    return this.refusedWrites.noticing(() => this.#inbox.accept(inbound));
  }

  returned(post: Returned): Promise<void> {
    return returned(this.#record, post);
  }

  retryAt(prefix: string): Promise<void> {
    return this.#deliverer.retryAt(prefix);
  }

  launch(agent: string, request: LaunchRequest, inbox: InboxKey | null, only?: Only): Promise<Submitted> {
    return submitLaunch(this.#submitDeps(), agent, request, inbox, only);
  }

  command(runId: string, command: RunCommand, inbox: InboxKey | null): Promise<Submitted> {
    const deps = this.#submitDeps();
    return command.type === "undo"
      ? submitUndo(deps, runId, command, inbox)
      : submitCommand(deps, runId, command, inbox);
  }

  checkEdit(edit: Edit): Promise<Refusal | null> {
    return checkEdit(this.#submitDeps(), edit);
  }

  async state(runId: string): Promise<State | null> {
    const state = await this.#live.newest(runId);
    return state.version === 0 ? null : state;
  }

  events(runId: string, after = 0): Promise<RunEvent[]> {
    return this.store.read(runId, after);
  }

  async policy(state: State): Promise<Policy> {
    const policy = await this.#policies.of(state);
    if ("rights" in policy) return policy;
    throw new Error(policy.message);
  }

  policyOf(name: string): Policy | null {
    return this.#policies.named(name);
  }

  mayRead(actor: Actor, state: Pick<State, "agent" | "from">): boolean {
    return this.#policies.mayRead(actor, state);
  }

  seen(runId: string): Promise<SeenTexts> {
    return this.#seen.of(runId);
  }

  forget(runId: string, by: ForgetBy): Promise<Forgotten> {
    const dropMemory = (forgotten: string) => this.#seen.drop(forgotten);
    const deps = { ...this.#submitDeps(), store: this.store, unreadable: this.unreadable, dropMemory };
    return forgetRun(deps, runId, by);
  }

  voidApprovals(tool: string, reason: string): Promise<void> {
    const { store, unreadable } = this;
    return voidApprovals({ record: this.#record, store, unreadable }, tool, reason);
  }

  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #submitDeps(): SubmitDeps {
    const { toolbox, store } = this;
    const { redact, clock, log } = this.#options;
    return {
      record: this.#record,
      launch: (runId, write) => this.#worker.wakeUps.launch(runId, write),
      clock,
      log,
      toolbox,
      store,
      redact,
      state: (runId) => this.state(runId),
      policy: (state) => this.policy(state),
      seen: (runId) => this.seen(runId),
      stopping: this.#stopping.signal,
    };
  }

  #committed(change: Change): void {
    if (change.ended) this.#troubles.gone(change.runId);
    if (change.endedFromOutside) this.#worker.giveUp(change.runId);
    if (change.dueAt !== null) this.#worker.poke(change.dueAt, change.runId);
    if (change.dueAt !== null) this.#wakes?.soon(change.dueAt);
    // Where the store tells of posts it does so to a process that has the channel, but for the last words of this one.
    if (change.posts > 0 && (this.#wakes === null || this.#draining)) this.#deliverer.poke();
    for (const listener of this.#listeners) listener(change);
  }

  #changedElsewhere({ runId, version, ended, due }: Changed): void {
    if (ended) {
      this.unreadable.drop(runId);
      this.#troubles.gone(runId);
      this.#worker.giveUp(runId);
    }
    if (due) this.#worker.wakeUps.heard(runId);
    for (const listener of this.#listeners) listener({ runId, version });
  }

  #drive({ log: events, ...claim }: Due, lease: Lease, signal: AbortSignal): Promise<boolean> {
    const { model, toolbox, clock, rng, log } = this.#options;
    // Another process may have had the run since this one last saw it.
    if (claim.epoch > 1) this.#live.forget(claim.runId);
    return advance({
      ...claim,
      begin: events ? this.#live.learn(claim.runId, events) : null,
      record: this.#record,
      ...{ model, toolbox, clock, rng, lease, signal },
      nearby: this.store,
      stopping: () => this.#worker.stopping,
      policy: (state) => this.policy(state),
      loadState: (runId) => this.#live.newest(runId),
      seen: (runId) => this.seen(runId),
      loadRow: (runId) => this.store.run(runId),
      keep: (attachment) => this.store.saveAttachment(attachment),
      log,
      troubles: this.#troubles,
      looks: this.#looks,
    });
  }
}
