/** The open questions, oldest first, page by page. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { getQuestions, keys } from "../api/calls.ts";

export function useQuestions() {
  const query = useInfiniteQuery({
    queryKey: keys.questions,
    queryFn: ({ pageParam }) => getQuestions(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const pages = query.data?.pages;
  const questions = useMemo(() => pages?.flatMap((page) => page.questions) ?? [], [pages]);
  const unreadable = useMemo(() => pages?.flatMap((page) => page.unreadable) ?? [], [pages]);
  return {
    questions,
    unreadable,
    /** On all pages. */
    open: pages?.[0]?.open ?? 0,
    loaded: pages !== undefined,
    error: query.error,
    hasMore: query.hasNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
  };
}
