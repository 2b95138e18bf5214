/** Whether the page receives the server's events, and if not, since when. */
import { useSyncExternalStore } from "react";

export type Connection = { at: "connecting" | "live" } | { at: "lost"; since: number };

let connection: Connection = { at: "connecting" };
const lost = new Set<string>();
const listeners = new Set<() => void>();

/** Each stream reports under its own name; one that is cut is enough for "lost". */
export function reportStream(name: string, heard: boolean): void {
  if (heard) lost.delete(name);
  else lost.add(name);
  if (lost.size === 0) set({ at: "live" });
  else if (connection.at !== "lost") set({ at: "lost", since: Date.now() });
}

/** A stream that was closed on purpose says nothing about the connection. */
export function forgetStream(name: string): void {
  if (lost.delete(name) && lost.size === 0) set({ at: "live" });
}

function set(next: Connection): void {
  if (next.at === connection.at) return;
  connection = next;
  for (const listener of listeners) listener();
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
}
