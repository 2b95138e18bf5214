/** Which rights and tools apply to a run now, and the agent exactly as the run started with it. */
import type { Actor } from "../core/actor.ts";
import { authorize } from "../core/admit/authorize.ts";
import type { Agent, FormerTool, FreezeRule, Policy, Rights, ToolSpec } from "../core/agent.ts";
import type { Refusal } from "../core/command.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Store } from "../core/ports/store.ts";
import { pendingCalls, type State } from "../core/state.ts";
import { changeNote, noteKinds } from "../core/store/notes.ts";
import { Freezes } from "./freezes.ts";
import { rulesOf, type ToolsElsewhere } from "./tools-elsewhere.ts";

const nobody: Rights = { launch: [], read: [], answer: [], approve: [], control: [] };

/** Today's configuration; what runs began with is read from the store. */
export interface PolicyOptions {
  store: Pick<Store, "saveAgent" | "loadAgent" | "note" | "replaceNote">;
  agents: readonly Agent[];
  tools: Readonly<{ [name: string]: ToolSpec }>;
  /** Rights by agent name; `*` for agents that are not named, those that are gone among them. */
  rights: Readonly<{ [agent: string]: Rights }>;
  elsewhere: Pick<ToolsElsewhere, "of">;
  clock: Pick<Clock, "now">;
  freezes?: readonly FreezeRule[];
}

/** An agent is pinned for the life of a run; rights and tools are those of today. */
export class Policies {
  readonly #options: PolicyOptions;
  /** Agents as runs pinned them, by hash: few, and never changed. */
  readonly #pinned = new Map<string, Agent>();
  /** As they were last, also of agents and tools that are gone. */
  #knownRights: Readonly<Record<string, Rights>> = {};
  #knownTools: Readonly<Record<string, FormerTool>> = {};

  readonly #freezes: Freezes;

  constructor(options: PolicyOptions) {
    this.#options = options;
    this.#freezes = new Freezes(options.freezes ?? []);
  }

  /** Remember today's agents, rights and tools for the runs that start with them: they keep them for life. */
  async pin(): Promise<void> {
    const { store, agents, tools } = this.#options;
    for (const agent of agents) {
      await store.saveAgent(agent);
      this.#pinned.set(agent.hash, agent);
    }
    // Releases that start at the same moment add to each other's.
    const rights = agents.map(({ name }): [string, Rights] => [name, this.#rightsOf(name)]);
    this.#knownRights = await changeNote(store, noteKinds.agentRights, (former) => ({
      ...former,
      ...Object.fromEntries(rights),
    }));
    this.#knownTools = await changeNote(store, noteKinds.knownTools, (former) => ({
      ...former,
      ...rulesOf(tools),
    }));
  }

  /** Of an agent by name, for what has no run yet. */
  named(name: string): Policy | null {
    const agent = this.#options.agents.find((known) => known.name === name);
    return agent ? this.#with(agent, this.#options.clock.now()) : null;
  }

  /** Of a run; `agent` names the agent of one that is being launched. `at`: the moment, ms since the epoch. */
  async of(state: State, agent?: string, at = this.#options.clock.now()): Promise<Policy | Refusal> {
    if (state.version > 0) {
      const known = this.#with(await this.#agentOf(state), at);
      return { ...known, toolsElsewhere: await this.#options.elsewhere.of(toolsAt(state)) };
    }
    if (agent === undefined) return { code: "run_not_found", message: "There is no such run." };
    const names = this.#options.agents.map((known) => known.name).join(", ");
    const message = `There is no agent "${agent}". There are: ${names}.`;
    return this.named(agent) ?? { code: "unknown_agent", message };
  }

  mayRead(actor: Actor, state: Pick<State, "agent" | "from">): boolean {
    return authorize("read", actor, this.#rightsOf(state.agent.name), state.from.principal).allowed;
  }

  async #agentOf(state: State): Promise<Agent> {
    const { hash } = state.agent;
    // Lost with a damaged log: no agent of it does anything any more, and the rights go by the name.
    if (hash === "") return this.#standIn(state);
    const pinned = this.#pinned.get(hash) ?? (await this.#options.store.loadAgent(hash));
    if (!pinned) throw new Error(`run ${state.runId} uses an agent that the store does not know: ${hash}`);
    this.#pinned.set(hash, pinned);
    return pinned;
  }

  #standIn({ runId, agent: { name } }: State): Agent {
    const { agents } = this.#options;
    const agent = agents.find((known) => known.name === name) ?? agents[0];
    if (!agent) throw new Error(`there is no agent that could stand for the one of run ${runId}`);
    return { ...agent, name };
  }

  #with(agent: Agent, at: number): Policy {
    const { tools, freezes: freezeRules = [] } = this.#options;
    const freezes = this.#freezes.holding(at).filter(({ agents }) => isEmptyOr(agents, agent.name));
    const rights = this.#rightsOf(agent.name);
    return { agent, tools, formerTools: this.#knownTools, rights, freezes, freezeRules };
  }

  #rightsOf(agent: string): Rights {
    const { rights } = this.#options;
    const own = Object.hasOwn(rights, agent) ? rights[agent] : undefined;
    if (own) return own;
    const all = rights["*"] ?? nobody;
    const last = Object.hasOwn(this.#knownRights, agent) ? this.#knownRights[agent] : undefined;
    return last && !this.#options.agents.some(({ name }) => name === agent) ? ofGone(last, all) : all;
  }
}

function isEmptyOr(names: readonly string[], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

/** Those of the calls that are asked about, go on, or can be undone. */
function toolsAt(state: State): string[] {
  const asked = state.questions.flatMap(({ call }) => call ?? []);
  const offered = state.settled.flatMap(({ undo }) => undo?.call ?? []);
  return [...asked, ...pendingCalls(state), ...offered].map(({ tool }) => tool);
}

/**
 * Nobody starts a run of it; its approvers stay, and whoever any agent lets see, answer and stop may do so here too.
 */
function ofGone(last: Rights, all: Rights): Rights {
  const both = (action: "read" | "answer" | "control") => [...new Set([...last[action], ...all[action]])];
  return {
    launch: [],
    read: both("read"),
    answer: both("answer"),
    approve: last.approve,
    control: both("control"),
  };
}
