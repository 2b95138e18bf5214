/** The data of a page: a skeleton first, then the data, or why there is none. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import { ErrorNote, Skeleton } from "../parts/notice.tsx";

interface LoadedProps<T> {
  name: string;
  load: () => Promise<T>;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ name, load, children }: LoadedProps<T>) {
  const { data, error } = useQuery({ queryKey: [name], queryFn: load });
  if (data !== undefined) return children(data);
  return error ? <ErrorNote error={error} /> : <Skeleton lines={6} label={`Loading: ${name}`} />;
}

interface PagesProps<T> {
  name: string;
  load: (cursor: string | null) => Promise<T>;
  children: (pages: readonly T[]) => ReactNode;
}

/** The same for a list that comes page by page. */
export function Pages<T extends { next: string | null }>({ name, load, children }: PagesProps<T>) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: [name],
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  if (data === undefined) {
    return error ? <ErrorNote error={error} /> : <Skeleton lines={6} label={`Loading: ${name}`} />;
  }
  return (
    <>
      {children(data.pages)}
      <ErrorNote error={error} />
      {hasNextPage && (
        <Button pending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}
