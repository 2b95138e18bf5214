/** A list of things that are well or not: each with its mark, and words that flow beside it. */
import type { ReactNode } from "react";
import { Mark } from "../parts/mark.tsx";

interface State {
  key: string;
  tone: "done" | "waiting" | "failed";
  words: ReactNode;
}

/** `title`: left out where the heading has more below it. Nothing at all for no states. */
export function StateList({ title, states }: { title?: string; states: readonly State[] }) {
  if (states.length === 0) return null;
  return (
    <>
      {title !== undefined && <h2>{title}</h2>}
      <ul className="states">
        {states.map(({ key, tone, words }) => (
          <li key={key} className={`tone-${tone}`}>
            <Mark shape={tone} />
            <div>{words}</div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What it is called, and how it is. */
export function Named({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <b>{name}</b> <span className="muted">{children}</span>
    </>
  );
}
