/** Which rights and tools apply to a run now, and the agent exactly as the run started with it. */
import type { Actor } from "../core/actor.ts";
import { authorize } from "../core/admit/authorize.ts";
import type { Agent, Policy, Rights, ToolSpec } from "../core/agent.ts";
import type { Refusal } from "../core/command.ts";
import type { Store } from "../core/ports/store.ts";
import type { State } from "../core/state.ts";

const nobody: Rights = { launch: [], read: [], answer: [], approve: [], control: [] };

export interface PolicyOptions {
  store: Pick<Store, "saveAgent" | "loadAgent">;
  agents: readonly Agent[];
  tools: Readonly<{ [name: string]: ToolSpec }>;
  /** Rights by agent name; `*` for agents that are not named. */
  rights: Readonly<{ [agent: string]: Rights }>;
}

export class Policies {
  readonly #options: PolicyOptions;
  /** Agents as runs pinned them, by hash: few, and never changed. */
  readonly #pinned = new Map<string, Agent>();

  constructor(options: PolicyOptions) {
    this.#options = options;
  }

  /** Remember today's agents for the runs that start with them. */
  async pin(): Promise<void> {
    for (const agent of this.#options.agents) {
      await this.#options.store.saveAgent(agent);
      this.#pinned.set(agent.hash, agent);
    }
  }

  /** Of an agent by name, for what has no run yet. */
  named(name: string): Policy | null {
    const agent = this.#options.agents.find((known) => known.name === name);
    return agent ? this.#with(agent) : null;
  }

  /** Of a run; `agent` names the agent of one that is being launched. */
  async of(state: State, agent?: string): Promise<Policy | Refusal> {
    if (state.version > 0) return this.#with(await this.#agentOf(state));
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
    const pinned = this.#pinned.get(hash) ?? (await this.#options.store.loadAgent(hash));
    if (!pinned) throw new Error(`run ${state.runId} uses an agent that the store does not know: ${hash}`);
    this.#pinned.set(hash, pinned);
    return pinned;
  }

  #with(agent: Agent): Policy {
    return { agent, tools: this.#options.tools, rights: this.#rightsOf(agent.name) };
  }

  #rightsOf(agent: string): Rights {
    const { rights } = this.#options;
    const own = Object.hasOwn(rights, agent) ? rights[agent] : undefined;
    return own ?? rights["*"] ?? nobody;
  }
}
