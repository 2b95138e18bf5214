/** What comes next: calls that the model chose and that have not started, and what it does at this moment. */

import { argumentsInBrief } from "../../core/text/brief.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { Mark } from "../parts/mark.tsx";
import { clock } from "../parts/moment.ts";
import { Since } from "../parts/time.tsx";
import type { Line } from "./line.ts";

export function PendingLines({ run, lines }: { run: RunState; lines: readonly Line[] }) {
  const own = run.questions.filter((question) => question.run_id === run.id);
  const told = new Set(own.map((question) => question.call?.call_id));
  for (const line of lines) if (line.kind === "call") told.add(line.call.id);
  const pending = run.pending_tool_calls.filter((call) => !told.has(call.call_id));
  return (
    <>
      {pending.map((call) => (
        <li key={call.call_id} className="line kind-call tone-note">
          <div className="line-head">
            <Mark shape="note" />
            <span className="line-text">
              then {call.name}({argumentsInBrief(call.arguments)})
            </span>
          </div>
        </li>
      ))}
      <NowLine run={run} />
    </>
  );
}

function NowLine({ run }: { run: RunState }) {
  const words = nowWords(run);
  if (words === null) return null;
  return (
    <li className="line tone-running">
      <div className="line-head">
        <Mark shape="running" live />
        <span className="line-text">
          <b>{words}</b>
        </span>
        <span className="line-time">
          <Since at={run.updated_at} />
        </span>
      </div>
    </li>
  );
}

/** Null where a line of the log says it already. */
function nowWords(run: RunState): string | null {
  if (run.status !== "running") return null;
  if (run.phase === "cancelling") return "stopping";
  if (run.phase !== "thinking") return null;
  const retry = run.waiting?.for === "model" ? run.waiting.until : null;
  return retry === null ? "asking the model" : `asking the model again at ${clock(retry)}`;
}
