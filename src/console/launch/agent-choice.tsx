/** The agents to choose from, with what each is for and its limits. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { plural } from "../../core/text/count.ts";
import type { AgentList } from "../../http/wire/server.ts";
import { getAgents, keys } from "../api/calls.ts";

/** `agents`: undefined while they load. `agent`: the one that takes the task, the default one until another is chosen. */
export interface AgentChosen {
  agents: AgentList["agents"] | undefined;
  agent: string | null;
  choose: (name: string) => void;
}

export function useAgentChoice(): AgentChosen {
  const { data } = useQuery({ queryKey: keys.agents, queryFn: getAgents, staleTime: 60_000 });
  const [chosen, choose] = useState<string | null>(null);
  return { agents: data?.agents, agent: chosen ?? data?.default ?? null, choose };
}

interface AgentChoiceProps {
  agents: AgentList["agents"];
  chosen: string | null;
  onChoose: (name: string) => void;
}

export function AgentChoice({ agents, chosen, onChoose }: AgentChoiceProps) {
  if (agents.length === 0) return null;
  return (
    <fieldset className="agents">
      <legend>Agent</legend>
      {agents.map((agent) => (
        <label key={agent.name} className={agent.may_launch ? "agent" : "agent off"}>
          <input
            type="radio"
            name="agent"
            value={agent.name}
            checked={chosen === agent.name}
            disabled={!agent.may_launch}
            onChange={() => onChoose(agent.name)}
          />
          <span className="agent-name">{agent.name}</span>
          <span className="agent-words">
            {agent.description}
            <span className="muted num">
              {" "}
              {plural(agent.steps, "step")}, {plural(agent.tools.length, "tool")}
              {!agent.may_launch && ". You may not start it."}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
