/** One run in the list: status, task in one line, where it came from, who started it, how old it is. */

import { memo } from "react";
import { statusWordsOf } from "../../core/text/status.ts";
import type { RunSummary } from "../../http/wire/runs.ts";
import { Mark, shapeOfStatus } from "../parts/mark.tsx";
import { Age } from "../parts/time.tsx";
import { Way } from "../parts/way.tsx";
import { channelName } from "../parts/words.ts";

export const RunRow = memo(function RunRow({ run, open }: { run: RunSummary; open: boolean }) {
  const shape = shapeOfStatus[run.status];
  const live = run.status === "running" || run.asking > 0;
  return (
    <Way
      href={`/runs/${run.id}`}
      className={`row tone-${shape}`}
      aria-current={open ? "page" : undefined}
      data-row
      title={run.task}
    >
      <Mark shape={shape} live={live} />
      <span className="row-task">
        {run.parent_id !== null && <span className="muted">↳ </span>}
        {run.task}
      </span>
      <span className="row-facts">
        <span className="row-words">
          <span className="row-status">{statusWordsOf(run.status, run.for_approval)}</span>
          {run.left_behind.length > 0 && <span title={run.left_behind.join("; ")}>left behind</span>}
          <span>{channelName(run.channel)}</span>
          <span className="row-rest">{run.from.name}</span>
        </span>
        <span className="row-age">
          <Age at={run.launched_at} />
        </span>
      </span>
    </Way>
  );
});
