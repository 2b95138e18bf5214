/** The runs, newest first, page by page. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { getRuns, keys, type RunsFilter } from "../api/calls.ts";

export function useRuns(filter: RunsFilter) {
  const query = useInfiniteQuery({
    queryKey: keys.runsBy(filter),
    queryFn: ({ pageParam, signal }) => getRuns(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: Number.POSITIVE_INFINITY,
    // While a narrowed list loads, the former one stays: nothing jumps.
    placeholderData: (former) => former,
  });
  const runs = useMemo(() => query.data?.pages.flatMap((page) => page.runs) ?? [], [query.data]);
  return {
    runs,
    loading: query.isPending,
    /** It is known that there is none. */
    none: query.data !== undefined && runs.length === 0,
    error: query.error,
    hasMore: query.hasNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
  };
}
