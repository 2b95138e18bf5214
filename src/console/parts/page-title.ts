/** The page's title: how many questions wait, then where one is. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { getQuestions, keys } from "../api/calls.ts";

let place: string | null = null;
const listeners = new Set<() => void>();

/** Names the place that is shown; null: the console itself. */
export function usePageTitle(name: string | null): void {
  useEffect(() => {
    place = name;
    for (const listener of listeners) listener();
  }, [name]);
}

/** Writes the title; mounted once. */
export function useTitleWriter(): void {
  const { data } = useQuery({ queryKey: keys.questions, queryFn: getQuestions });
  const open = data?.questions.length ?? 0;
  const name = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => place,
  );
  useEffect(() => {
    const waiting = open > 0 ? `(${open}) ` : "";
    document.title = `${waiting}${name === null ? "" : `${name} · `}Belay`;
  }, [open, name]);
}
