/** Keeps the lists as they are on the server: the stream of all runs, written into the cache. */
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { QuestionList } from "../../http/wire/questions.ts";
import type { RunList, RunSummary } from "../../http/wire/runs.ts";
import { keys, noFilter, type RunsFilter } from "./calls.ts";
import { forgetStream, reportStream } from "./connection.ts";
import { follow } from "./stream.ts";

type Pages = InfiniteData<RunList, string | null>;

/** Lives as long as somebody is logged in who may read runs: nobody else is told anything there. */
export function useLiveRuns(mayRead: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!mayRead) return;
    const refresh = soon(400, () => client.invalidateQueries({ queryKey: keys.runs }));
    let opened = false;
    const close = follow({
      path: () => "agent/stream",
      onOpen: () => {
        reportStream("all", true);
        // What happened while we were away is in the lists, not in this stream; each log has its own.
        if (opened) void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "events" });
        opened = true;
      },
      onLost: () => reportStream("all", false),
      onEnded: () => client.setQueryData(keys.session, null),
      onEvent: ({ event, data }) => {
        if (event === "questions") countedAnew(client, (JSON.parse(data) as { open: number }).open);
        if (event === "run") heard(client, JSON.parse(data) as RunSummary, refresh);
      },
    });
    return () => {
      close();
      forgetStream("all");
    };
  }, [client, mayRead]);
}

/** The stream tells the count when it opens, too: what is here already need not come again. */
function countedAnew(client: QueryClient, open: number): void {
  const known = client.getQueryData<InfiniteData<QuestionList>>(keys.questions)?.pages[0]?.open;
  if (known !== open) void client.invalidateQueries({ queryKey: keys.questions });
}

function heard(client: QueryClient, run: RunSummary, refresh: () => void): void {
  client.setQueryData<number>(keys.newest(run.id), (known) => (known === undefined ? known : run.version));
  let asked = run.asking > 0;
  for (const [key, pages] of client.getQueriesData<Pages>({ queryKey: keys.runs })) {
    const known = find(pages, run.id);
    asked ||= (known?.asking ?? 0) > 0;
    if (known) client.setQueryData<Pages>(key, replaced(pages, run));
    else if (isWhole(key[1] as RunsFilter)) client.setQueryData<Pages>(key, prepended(pages, run));
    // Whether it belongs into a narrowed list is for the server to say.
    if (!isWhole(key[1] as RunsFilter)) refresh();
  }
  if (asked) void client.invalidateQueries({ queryKey: keys.questions });
}

function isWhole(filter: RunsFilter): boolean {
  return Object.values({ ...noFilter, ...filter }).every((value) => value === "");
}

function find(pages: Pages | undefined, id: string): RunSummary | undefined {
  return pages?.pages.flatMap((page) => page.runs).find((run) => run.id === id);
}

function replaced(pages: Pages | undefined, run: RunSummary): Pages | undefined {
  return (
    pages && { ...pages, pages: pages.pages.map((page) => ({ ...page, runs: page.runs.map(newer(run)) })) }
  );
}

/** Summaries may overtake one another; the higher version is the later one. */
function newer(run: RunSummary) {
  return (old: RunSummary) => (old.id === run.id && old.version <= run.version ? run : old);
}

/** Only runs newer than the newest known; older ones come with their page. */
function prepended(pages: Pages | undefined, run: RunSummary): Pages | undefined {
  const [first, ...rest] = pages?.pages ?? [];
  if (!pages || !first) return pages;
  const newest = first.runs[0];
  if (newest && newest.launched_at > run.launched_at) return pages;
  return { ...pages, pages: [{ ...first, runs: [run, ...first.runs] }, ...rest] };
}

/** At most one call in `ms`, the last one never lost. */
function soon(ms: number, action: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      action();
    }, ms);
  };
}
