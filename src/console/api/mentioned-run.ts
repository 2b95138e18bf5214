/**
 * A run that another one's page mentions: read when it is shown, and again when the stream of all runs tells of it.
 */
import { skipToken, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { RunState } from "../../http/wire/runs.ts";
import { getRun, keys } from "./calls.ts";

export function useMentionedRun(id: string): RunState | undefined {
  const { data, refetch } = useQuery({ queryKey: keys.run(id), queryFn: () => getRun(id) });
  // Written by the stream; it exists as long as somebody looks.
  const { data: newest = 0 } = useQuery<number>({
    queryKey: keys.newest(id),
    queryFn: skipToken,
    initialData: 0,
  });
  const version = data?.version ?? null;
  useEffect(() => {
    if (version !== null && version < newest) void refetch();
  }, [version, newest, refetch]);
  return data;
}
