/** How the steps of a run are marked, and what stands for those that are not shown. */
import { plural } from "./count.ts";

/** Shapes that differ without colour, one for each state of a step. */
export const stepMarks = { done: "✓", running: "◐", waiting: "◌", failed: "✗", note: "–" } as const;

/** `… 14 earlier steps` */
export function earlierSteps(folded: number): string {
  return `… ${plural(folded, "earlier step")}`;
}
