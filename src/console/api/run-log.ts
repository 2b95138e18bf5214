/** One run as it is: its log, continued by the stream from the last event, and its state, read anew after each. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { WireEvent } from "../../http/wire/events.ts";
import { getEvents, getRun, keys } from "./calls.ts";
import { forgetStream, reportStream } from "./connection.ts";
import { later } from "./later.ts";
import { follow } from "./stream.ts";

interface Log {
  events: WireEvent[];
}

export function useRun(id: string) {
  return useQuery({
    queryKey: keys.run(id),
    queryFn: () => getRun(id),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: later,
  });
}

/** Null until the log is there. */
export function useRunLog(id: string): { events: WireEvent[] | null; error: Error | null } {
  const client = useQueryClient();
  const { data, error } = useQuery({
    queryKey: keys.events(id),
    queryFn: () => getEvents(id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const visible = useVisible();
  const ready = data !== undefined;
  useEffect(() => {
    // A hidden page lets go of its second connection: browsers allow six to a server.
    if (!ready || !visible) return;
    return followRun(client, id);
  }, [client, id, ready, visible]);
  return { events: data?.events ?? null, error };
}

function followRun(client: QueryClient, id: string): () => void {
  const name = `run ${id}`;
  const stateAgain = oneAtATime(() => client.refetchQueries({ queryKey: keys.run(id) }));
  let arrived: WireEvent[] = [];
  const flush = () => {
    const batch = arrived;
    arrived = [];
    client.setQueryData<Log>(keys.events(id), (log) => log && { events: appended(log.events, batch) });
    stateAgain();
  };
  if (isBehind(client, id)) stateAgain();
  const close = follow({
    path: () => `agent/runs/${encodeURIComponent(id)}/stream?after=${lastVersion(client, id)}`,
    onOpen: () => reportStream(name, true),
    onLost: () => reportStream(name, false),
    onEnded: (status) => {
      if (status === 401) return void client.setQueryData(keys.session, null);
      // Somebody had it forgotten while the line was cut: asked anew, the page is told so.
      forgetStream(name);
      stateAgain();
    },
    onEvent: ({ data }) => {
      if (arrived.length === 0) queueMicrotask(flush);
      arrived.push(JSON.parse(data) as WireEvent);
    },
  });
  return () => {
    close();
    forgetStream(name);
  };
}

function lastVersion(client: QueryClient, id: string): number {
  return client.getQueryData<Log>(keys.events(id))?.events.at(-1)?.version ?? 0;
}

function isBehind(client: QueryClient, id: string): boolean {
  const state = client.getQueryData<{ version: number }>(keys.run(id));
  return state !== undefined && state.version < lastVersion(client, id);
}

function appended(events: WireEvent[], batch: WireEvent[]): WireEvent[] {
  const last = events.at(-1)?.version ?? 0;
  return [...events, ...batch.filter((event) => event.version > last)];
}

/** While one is under way, further calls become one more afterwards. */
function oneAtATime(action: () => Promise<unknown>): () => void {
  let running = false;
  let again = false;
  const run = async () => {
    running = true;
    do {
      again = false;
      await action();
    } while (again);
    running = false;
  };
  return () => {
    again = true;
    if (!running) void run();
  };
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(document.visibilityState === "visible");
  const listener = useRef(() => setVisible(document.visibilityState === "visible"));
  useEffect(() => {
    const changed = listener.current;
    document.addEventListener("visibilitychange", changed);
    return () => document.removeEventListener("visibilitychange", changed);
  }, []);
  return visible;
}
