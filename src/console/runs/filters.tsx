/** Search and filters of the list; every choice narrows it at once. */

import { useQuery } from "@tanstack/react-query";
import { Popover } from "radix-ui";
import { useEffect, useRef, useState } from "react";
import { statusWords } from "../../core/text/status.ts";
import { getAgents, keys, noFilter, type RunsFilter } from "../api/calls.ts";
import { useKey } from "../parts/keyboard.ts";
import { channelName } from "../parts/words.ts";
import { useRuns } from "./use-runs.ts";

interface FiltersProps {
  filter: RunsFilter;
  onChange: (filter: RunsFilter) => void;
}

const typingMs = 200;

export function Filters({ filter, onChange }: FiltersProps) {
  const search = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter.text);
  useKey("/", () => {
    search.current?.focus();
    return true;
  });
  useEffect(() => {
    if (text === filter.text) return;
    const timer = setTimeout(() => onChange({ ...filter, text }), typingMs);
    return () => clearTimeout(timer);
  }, [text, filter, onChange]);
  const narrowed = [filter.status, filter.agent, filter.channel, filter.principal].filter(Boolean).length;
  return (
    <div className="filters">
      <input
        ref={search}
        type="search"
        aria-label="Search the runs"
        placeholder="Search runs"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <Popover.Root>
        <Popover.Trigger className="button quiet" aria-label="Filter the runs">
          Filter{narrowed > 0 && <span className="badge num">{narrowed}</span>}
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
            <button
              type="button"
              className="button"
              onClick={() => {
                setText("");
                onChange(noFilter);
              }}
            >
              Clear
            </button>
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}

const finished = "complete,failed,cancelled";
const statusChoices: [string, string][] = [...Object.entries(statusWords), [finished, "ended, however"]];

function Choices({ filter, onChange }: FiltersProps) {
  const { data } = useQuery({ queryKey: keys.agents, queryFn: getAgents, staleTime: 60_000 });
  const { runs } = useRuns(noFilter);
  const channels = unique(runs.map((run) => [run.channel, channelName(run.channel)]));
  const people = unique(runs.map((run) => [run.from.principal, run.from.name]));
  const agents = (data?.agents ?? []).map(({ name }): [string, string] => [name, name]);
  const set = (name: keyof RunsFilter) => (value: string) => onChange({ ...filter, [name]: value });
  return (
    <>
      <Choice label="Status" value={filter.status} choices={statusChoices} onChange={set("status")} />
      <Choice label="Agent" value={filter.agent} choices={agents} onChange={set("agent")} />
      <Choice label="Channel" value={filter.channel} choices={channels} onChange={set("channel")} />
      <Choice label="Person" value={filter.principal} choices={people} onChange={set("principal")} />
    </>
  );
}

function unique(pairs: [string, string][]): [string, string][] {
  return [...new Map(pairs)];
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
