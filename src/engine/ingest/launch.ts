/** A message that starts a run: by which agent, and after which former run. */
import type { Actor, Address } from "../../core/actor.ts";
import { authorize } from "../../core/admit/authorize.ts";
import type { LaunchRequest } from "../../core/command.ts";
import { statusInWords } from "../../core/narrate/narrate.ts";
import type { InboxKey } from "../../core/ports/deliveries.ts";
import type { Inbound, Outcome } from "../../core/ports/inbound.ts";
import type { State } from "../../core/state.ts";
import type { Engine } from "../engine.ts";
import { refused, repeated, said, viaOf } from "./outcome.ts";

/** `defaultAgent` is started where no route says otherwise. */
export interface LaunchDeps {
  engine: Engine;
  /** Address or prefix → agent name; the longest match wins. */
  routes: Readonly<{ [prefix: string]: string }>;
  defaultAgent: string;
}

/** Refused in words when the agent does not exist or the sender may not start it; a redelivery is named as one. */
export async function launch(
  deps: LaunchDeps,
  inbound: Inbound,
  what: { agent: string | null; task: string },
  follows: State | null,
  inbox: InboxKey,
): Promise<Outcome> {
  const address = inbound.address;
  const agent = what.agent ?? routed(deps, address);
  const launchable = agentsFor(deps.engine, inbound.actor).map(({ name }) => name);
  if (deps.engine.policyOf(agent) === null) {
    return refused(`There is no agent "${agent}". You may start: ${launchable.join(", ") || "none"}.`);
  }
  const request: LaunchRequest = {
    task: what.task,
    actor: inbound.actor,
    via: viaOf(inbound),
    addresses: address ? [address] : [],
    context: inbound.context,
    trusted: !inbound.actor.guest,
    follows: follows ? formerTurn(follows) : null,
    parent: null,
  };
  const launched = await deps.engine.launch(agent, request, inbox);
  if (!launched.ok) return refused(said(launched.refusal));
  if (launched.duplicate) return repeated(launched.runId);
  return { type: "launched", text: `Started ${launched.runId} with ${agent}.`, runId: launched.runId };
}

/** The agent of a place, unless the words name one. */
export function routed(deps: LaunchDeps, address: Address | null): string {
  const prefixes = Object.keys(deps.routes)
    .filter((prefix) => address?.startsWith(prefix))
    .sort((a, b) => b.length - a.length);
  return (prefixes[0] && deps.routes[prefixes[0]]) ?? deps.defaultAgent;
}

/** False also for an agent that does not exist. */
export function mayLaunch(engine: Engine, actor: Actor, agent: string): boolean {
  const policy = engine.policyOf(agent);
  return policy !== null && authorize("launch", actor, policy.rights, null).allowed;
}

/** The agents that this person may start. */
export function agentsFor(engine: Engine, actor: Actor): Engine["agents"] {
  return engine.agents.filter(({ name }) => mayLaunch(engine, actor, name));
}

function formerTurn(state: State): NonNullable<LaunchRequest["follows"]> {
  const { runId, task, readUntrusted } = state;
  return { runId, task, outcome: outcomeOf(state), untrusted: readUntrusted };
}

function outcomeOf(state: State): string {
  const phase = state.phase;
  if (phase.at === "complete") return phase.answer.slice(0, 4_000);
  return phase.at === "failed" ? `failed: ${phase.message}` : statusInWords(state);
}
