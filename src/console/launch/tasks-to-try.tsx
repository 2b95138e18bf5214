/** Tasks to try: of those below, what the chosen agent can do with the tools that are on. */
import { useQuery } from "@tanstack/react-query";
import type { AgentList } from "../../http/wire/server.ts";
import { getTools, keys } from "../api/calls.ts";

/** Each with the tools without which it can't be done. */
const examples = [
  {
    task: "What is (17 + 5) * 3, divided by a number you must ask me for?",
    tools: ["sum_numbers", "multiply_numbers", "divide_numbers", "ask_human"],
  },
  { task: "restart payments in staging", tools: ["restart_service"] },
  { task: "What is the square root of 1764?", tools: ["square_root"] },
  { task: "What is firing now, and since when?", tools: ["firing_alerts"] },
  { task: "Which runbooks are there, and what is each for?", tools: ["list_runbooks"] },
  { task: "What time is it in UTC?", tools: ["current_time"] },
] as const;

const most = 3;

/** Empty while it is not known what the bot can do. `agent`: the one that would take the task. */
export function useTasksToTry(
  agents: AgentList["agents"] | undefined,
  agent: string | null,
): readonly string[] {
  const { data } = useQuery({ queryKey: keys.tools, queryFn: getTools, staleTime: 60_000 });
  if (!data || !agents?.find(({ name }) => name === agent)?.may_launch) return [];
  const on = new Set(data.tools.map(({ name }) => name));
  const reached = toolsFrom(agent, agents);
  return examples
    .filter(({ tools }) => tools.every((tool) => on.has(tool) && reached.has(tool)))
    .map(({ task }) => task)
    .slice(0, most);
}

/** Of the agent and of those that it hands tasks on to. */
function toolsFrom(agent: string | null, agents: AgentList["agents"]): ReadonlySet<string> {
  const helpers = new Set([agent]);
  // A set tells also of what is added to it meanwhile.
  for (const name of helpers)
    for (const helper of agents.find((one) => one.name === name)?.hand_off ?? []) helpers.add(helper);
  return new Set(agents.filter(({ name }) => helpers.has(name)).flatMap(({ tools }) => tools));
}

interface TasksToTryProps {
  tasks: readonly string[];
  onChoose: (task: string) => void;
}

export function TasksToTry({ tasks, onChoose }: TasksToTryProps) {
  return (
    <ul className="examples">
      {tasks.map((task) => (
        <li key={task}>
          <button type="button" onClick={() => onChoose(task)}>
            {task}
          </button>
        </li>
      ))}
    </ul>
  );
}
