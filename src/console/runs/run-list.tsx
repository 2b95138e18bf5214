/** All runs as a virtual list: ten thousand scroll like ten. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { RunsFilter } from "../api/calls.ts";
import { noFilter } from "../api/calls.ts";
import { Empty, ErrorNote, Skeleton } from "../parts/notice.tsx";
import { RunRow } from "./run-row.tsx";
import { useRuns } from "./use-runs.ts";

/** As in style/list.css: two lines of the task, one of facts. */
const rowPx = 68;

export function RunList({ filter, openId }: { filter: RunsFilter; openId: string | null }) {
  const { runs, none, loading, error, hasMore, loadMore } = useRuns(filter);
  const box = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: runs.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 8,
    getItemKey: (index) => runs[index]?.id ?? index,
  });
  const items = list.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= runs.length - 20) loadMore();
  }, [hasMore, last, runs.length, loadMore]);
  return (
    <div className="run-list" ref={box}>
      <ErrorNote error={error} />
      {loading && !error && <Skeleton lines={8} label="Loading the runs" />}
      {none && <NoRuns filtered={filter !== noFilter} />}
      {/* Rows that are not drawn still count: the list says how many there are to a screen reader. */}
      <ul style={{ height: list.getTotalSize() }} aria-label="Runs">
        {items.map((item) => {
          const run = runs[item.index];
          return (
            run && (
              <li
                key={item.key}
                style={{ transform: `translateY(${item.start}px)` }}
                aria-setsize={hasMore ? -1 : runs.length}
                aria-posinset={item.index + 1}
              >
                <RunRow run={run} open={run.id === openId} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No run matches. Search for less, or clear the filter." />;
  return <Empty title="No runs yet. Start one with New run, or from a channel." />;
}
