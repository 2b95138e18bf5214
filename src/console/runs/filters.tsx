/** Search and filters of the list; every choice narrows it at once. */
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { RunsFilter } from "../api/calls.ts";
import { Button } from "../parts/button.tsx";
import { useKey } from "../parts/keyboard.ts";
import { typingMs } from "./use-filter.ts";

interface FiltersProps {
  filter: RunsFilter;
  onChange: (filter: RunsFilter) => void;
}

const FilterPopover = lazy(() =>
  import("./filter-popover.tsx").then((module) => ({ default: module.FilterPopover })),
);

export function Filters({ filter, onChange }: FiltersProps) {
  const search = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter.text);
  const [wanted, setWanted] = useState(false);
  useKey("/", () => {
    search.current?.focus();
    return true;
  });
  // The list may be narrowed elsewhere: by the address, or cleared.
  useEffect(() => setText(filter.text), [filter.text]);
  useEffect(() => {
    if (text === filter.text) return;
    const timer = setTimeout(() => onChange({ ...filter, text }), typingMs);
    return () => clearTimeout(timer);
  }, [text, filter, onChange]);
  const { text: _, ...choices } = filter;
  const narrowed = Object.values(choices).filter(Boolean).length;
  const label = <>Filter{narrowed > 0 && <span className="badge num">{narrowed}</span>}</>;
  const button = (
    <Button look="quiet" name="Filter the runs" onPress={() => setWanted(true)}>
      {label}
    </Button>
  );
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
      {wanted ? (
        <Suspense fallback={button}>
          <FilterPopover filter={filter} onChange={onChange} label={label} />
        </Suspense>
      ) : (
        button
      )}
    </div>
  );
}
