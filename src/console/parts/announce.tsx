/** What happened, for those who hear the page instead of seeing it: the last few words, read out as they come. */
import { useSyncExternalStore } from "react";

interface Said {
  number: number;
  text: string;
}

const kept = 5;
let said: readonly Said[] = [];
const listeners = new Set<() => void>();

export function announce(text: string): void {
  const number = (said.at(-1)?.number ?? 0) + 1;
  said = [...said, { number, text }].slice(-kept);
  for (const listener of listeners) listener();
}

/** Mounted once, and from the start: a region that comes with its words is not read out. */
export function Announcer() {
  const words = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
  return (
    <div className="sr-only" role="log" aria-label="What happened">
      {words.map(({ number, text }) => (
        <p key={number}>{text}</p>
      ))}
    </div>
  );
}
