/** The choices that narrow the list of runs, in a popover: loaded when somebody first wants to filter. */
import { useQuery } from "@tanstack/react-query";
import { Popover } from "radix-ui";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { statusWords } from "../../core/text/status.ts";
import { getAgents, getTools, keys, noFilter, type RunsFilter } from "../api/calls.ts";
import { channelName } from "../parts/words.ts";
import { typingMs } from "./use-filter.ts";
import { useRuns } from "./use-runs.ts";

interface FilterPopoverProps {
  filter: RunsFilter;
  onChange: (filter: RunsFilter) => void;
  /** What stands on the button. */
  label: ReactNode;
}

/** Open from the start: it is loaded by the press that opens it. */
export function FilterPopover({ filter, onChange, label }: FilterPopoverProps) {
  const outcome = useTyped(filter, onChange);
  return (
    // Whoever closes it has finished typing.
    <Popover.Root defaultOpen onOpenChange={(open) => open || outcome.tell()}>
      <Popover.Trigger className="button quiet" aria-label="Filter the runs">
        {label}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover"
          aria-label="Filter the runs"
          align="end"
          sideOffset={4}
          collisionPadding={8}
        >
          <Choices filter={filter} onChange={onChange} />
          <label className="choice">
            <span>Outcome says</span>
            <input
              type="search"
              value={outcome.text}
              onChange={(event) => outcome.setText(event.target.value)}
            />
          </label>
          <button
            type="button"
            className="button"
            onClick={() => {
              outcome.setText("");
              onChange(noFilter);
            }}
          >
            Clear
          </button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const finished = "complete,failed,cancelled";
/** What waits for a person is one status, whatever is asked. */
const waiting = "waiting for an answer or an approval";
const statusChoices: [string, string][] = [
  ...Object.entries({ ...statusWords, waiting_human_input: waiting }),
  [finished, "ended, however"],
];

function Choices({ filter, onChange }: Omit<FilterPopoverProps, "label">) {
  const { data } = useQuery({ queryKey: keys.agents, queryFn: getAgents, staleTime: 60_000 });
  const { runs } = useRuns(noFilter);
  const channels = unique(runs.map((run) => [run.channel, channelName(run.channel)]));
  const people = unique(runs.map((run) => [run.from.principal, run.from.name]));
  const { data: known } = useQuery({ queryKey: keys.tools, queryFn: getTools, staleTime: 60_000 });
  const tools = (known?.tools ?? []).map(({ name }): [string, string] => [name, name]);
  const agents = (data?.agents ?? []).map(({ name }): [string, string] => [name, name]);
  const set = (name: keyof RunsFilter) => (value: string) => onChange({ ...filter, [name]: value });
  return (
    <>
      <Choice label="Status" value={filter.status} choices={statusChoices} onChange={set("status")} />
      <Choice label="Agent" value={filter.agent} choices={agents} onChange={set("agent")} />
      <Choice label="Channel" value={filter.channel} choices={channels} onChange={set("channel")} />
      <Choice label="Person" value={filter.principal} choices={people} onChange={set("principal")} />
      <Choice label="Tool" value={filter.tool} choices={tools} onChange={set("tool")} />
    </>
  );
}

function unique(pairs: [string, string][]): [string, string][] {
  return [...new Map(pairs)];
}

/** Asked for when nobody has typed for a moment: outcomes stand in the logs, and are looked for there. */
function useTyped(filter: RunsFilter, onChange: (filter: RunsFilter) => void) {
  const [text, setText] = useState(filter.outcome);
  useEffect(() => setText(filter.outcome), [filter.outcome]);
  const tell = useCallback(() => {
    if (text !== filter.outcome) onChange({ ...filter, outcome: text });
  }, [text, filter, onChange]);
  useEffect(() => {
    const timer = setTimeout(tell, 2 * typingMs);
    return () => clearTimeout(timer);
  }, [tell]);
  return { text, setText, tell };
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: [string, string][];
  onChange: (value: string) => void;
}

function Choice({ label, value, choices, onChange }: ChoiceProps) {
  return (
    <label className="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">any</option>
        {choices.map(([known, words]) => (
          <option key={known} value={known}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
