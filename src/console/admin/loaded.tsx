/** A page's data: a skeleton first, then the data, or why there is none. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
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
