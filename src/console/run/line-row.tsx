/** One line of the timeline; pressed, it opens into its detail. */
import { memo, type ReactNode, useState } from "react";
import { exactTime } from "../parts/moment.ts";
import type { Line } from "./line.ts";
import { LineDetail } from "./line-detail.tsx";
import { LineSummary } from "./line-summary.tsx";

interface LineRowProps {
  line: Line;
  /** Came while the page was open. */
  fresh: boolean;
  inspected: boolean;
  inspect: (line: Line) => void;
  /** What stands below the line, whether it is open or not. */
  below?: ReactNode;
}

export const LineRow = memo(function LineRow({ line, fresh, inspected, inspect, below }: LineRowProps) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  // Until somebody decides, the line does: an error opens, and closes again when the call worked after all.
  const open = chosen ?? line.open;
  const classes = ["line", `kind-${line.kind}`, `tone-${line.shape}`];
  if (fresh) classes.push("fresh");
  if (inspected) classes.push("inspected");
  return (
    <li className={classes.join(" ")}>
      <button
        type="button"
        className="line-head"
        aria-expanded={open}
        title={exactTime(line.at)}
        onClick={() => setChosen(!open)}
      >
        <LineSummary line={line} />
      </button>
      {open && <LineDetail line={line} inspect={inspect} />}
      {below}
    </li>
  );
});
