/** The timeline: one line a step, the newest last, with a search when there are many. */
import { type ReactNode, useMemo, useRef, useState } from "react";
import type { RunState } from "../../http/wire/runs.ts";
import type { Line } from "./line.ts";
import { LineRow } from "./line-row.tsx";
import { textOf } from "./line-text.ts";
import { PendingLines } from "./pending-lines.tsx";
import { UndoRow } from "./undo-row.tsx";

/** More than these are shown on demand: a page of ten thousand lines helps nobody. */
const shownLines = 1000;
const searchFrom = 20;

export function Timeline({
  lines,
  run,
  inspected,
  inspect,
}: {
  lines: Line[];
  run: RunState;
  inspected: string | null;
  inspect: (line: Line) => void;
}) {
  const [all, setAll] = useState(false);
  const [search, setSearch] = useState("");
  const found = useMemo(() => matching(lines, search), [lines, search]);
  // What was there when the page opened does not slide in.
  const old = useRef(new Set(lines.map((line) => line.key)));
  const undos = useMemo(() => undosOf(run), [run]);
  const hidden = all ? 0 : Math.max(0, found.length - shownLines);
  return (
    <section className="timeline" aria-label="Timeline">
      {lines.length > searchFrom && (
        <label className="find">
          <span className="sr-only">Find in this run</span>
          <input
            type="search"
            placeholder={`Find in ${lines.length} lines`}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
      )}
      {hidden > 0 && (
        <button type="button" className="link-button" onClick={() => setAll(true)}>
          Show {hidden} earlier lines
        </button>
      )}
      <ol>
        {found.slice(hidden).map((line) => (
          <LineRow
            key={line.key}
            line={line}
            fresh={!old.current.has(line.key)}
            inspected={inspected === line.key}
            inspect={inspect}
            below={undos.get(questionOf(line))}
          />
        ))}
        {search === "" && <PendingLines run={run} lines={lines} />}
      </ol>
      {search !== "" && found.length === 0 && <p className="muted">No line holds “{search}”.</p>}
    </section>
  );
}

/** By the id of the question that was approved. */
function undosOf({ id, settled }: RunState): ReadonlyMap<string | null, ReactNode> {
  const rows = settled.flatMap(({ id: questionId, undo }): [string, ReactNode][] =>
    undo ? [[questionId, <UndoRow key={questionId} runId={id} questionId={questionId} undo={undo} />]] : [],
  );
  return new Map(rows);
}

function questionOf(line: Line): string | null {
  return line.kind === "question" ? line.question.id : null;
}

function matching(lines: Line[], search: string): Line[] {
  const words = search.trim().toLowerCase();
  if (words === "") return lines;
  return lines.filter((line) => textOf(line).toLowerCase().includes(words));
}
