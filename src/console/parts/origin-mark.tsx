/** A value in a text with where it comes from: known ones lead to their step, the others say so by word and shape. */
import { createContext, type ReactNode, useContext } from "react";
import { originMarks } from "../../core/text/origin.ts";
import type { PlacedOrigin } from "./marked-origins.ts";

/** Shows the step of an event. */
export const OriginSteps = createContext<(version: number) => void>(() => {});

/** Without children: of what stands before it. */
export function OriginMark({ origin, children }: { origin: PlacedOrigin; children: ReactNode }) {
  const show = useContext(OriginSteps);
  const { value, standing, words, version } = origin;
  const isAlone = children === undefined || (Array.isArray(children) && children.length === 0);
  const sign = originMarks[standing].trim();
  if (version === null) {
    return (
      <span className="origin unseen">
        {children}
        <small>
          {" "}
          {sign} {words}
        </small>
      </span>
    );
  }
  return (
    <button
      type="button"
      className={`origin ${standing}`}
      title={words}
      aria-label={`${value}, ${words}: show the step`}
      onClick={() => show(version)}
    >
      {isAlone ? null : children}
      {sign !== "" && <small aria-hidden="true">{sign}</small>}
      {isAlone && <small> {words}</small>}
    </button>
  );
}
