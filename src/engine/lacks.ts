/** What today's configuration lacks of what a run was launched with, and what happens: half sentences for people. */
import { channelOf } from "../core/actor.ts";
import type { ToolSpec } from "../core/agent.ts";
import type { Question } from "../core/question.ts";
import { bindingOf } from "./perform/binding.ts";

/** The configuration as this process has it. */
export interface Today {
  agents: readonly { name: string }[];
  tools: Readonly<Record<string, ToolSpec>>;
  /** Names of the channels that this bot has. */
  channels: ReadonlyMap<string, unknown>;
}

/** A call that somebody is asked about. */
export type AskedCall = Pick<Question, "kind" | "call"> & { toolGone?: boolean | undefined };

/** Its agent, and the channel where it speaks. */
export function lacksOfRun(
  { agents, channels }: Pick<Today, "agents" | "channels">,
  { agent, address }: { agent: string; address: string | null },
): string[] {
  const lacks: string[] = [];
  if (!agents.some(({ name }) => name === agent)) {
    lacks.push(
      `its agent "${agent}" is gone: it goes on as it was launched, with the rights that agent had last; the owner can see, answer and stop it`,
    );
  }
  const channel = address === null ? "" : channelOf(address);
  if (hearsSomebody(channel) && !channels.has(channel)) {
    lacks.push(
      `its channel ${channel} is off: what it says and asks waits for that channel; the console shows it now`,
    );
  }
  return lacks;
}

/** The console and the API show a run wherever it speaks; nothing is sent there. */
function hearsSomebody(channel: string): boolean {
  return channel !== "" && channel !== "console" && channel !== "api";
}

/**
 * The tool of a call that is asked about is gone from all processes, or another than was shown. `agentHash`: of the
 * run's agent; null: it is not known, and only what is gone is told.
 */
export function lackOfTool(
  { tools }: Pick<Today, "tools">,
  { kind, call, toolGone = false }: AskedCall,
  agentHash: string | null,
): string | null {
  if (call === null) return null;
  if (toolGone) return gone(call.tool, kind);
  const spec = tools[call.tool];
  if (spec === undefined || kind !== "approval" || agentHash === null) return null;
  if (bindingOf(spec, call.input, agentHash, call.preview) === call.hash) return null;
  return `its tool ${call.tool} has changed since it was shown: once approved, it is asked again as it is now`;
}

function gone(tool: string, kind: Question["kind"]): string {
  return kind === "doubt"
    ? `its tool ${tool} is gone: who could approve it can still say what happened, it can't run again`
    : `its tool ${tool} is gone: it can only be refused, and approved again once the tool is back`;
}
