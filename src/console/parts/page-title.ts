/** The page's title: how much waits for a person, then where one is. */
import { useEffect, useSyncExternalStore } from "react";
import { useQuestions } from "../questions/use-questions.ts";
import { useResting } from "../runs/use-resting.ts";

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
  const { open } = useQuestions();
  const { count } = useResting();
  const name = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => place,
  );
  useEffect(() => {
    const waiting = open + count > 0 ? `(${open + count}) ` : "";
    document.title = `${waiting}${name === null ? "" : `${name} · `}Belay`;
  }, [open, count, name]);
}
