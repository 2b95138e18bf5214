/** Links to the runs that this run came from, and to those that it started. */
import { brief } from "../../core/text/brief.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { useMentionedRun } from "../api/mentioned-run.ts";
import { StatusMark } from "../parts/mark.tsx";
import { Way } from "../parts/way.tsx";
import { statusOfRun } from "../parts/words.ts";

export function Related({ run }: { run: RunState }) {
  if (run.parent_id === null && run.follows_id === null && run.children.length === 0) return null;
  return (
    <ul className="related">
      {run.parent_id !== null && <RelatedRun id={run.parent_id} how="started by" />}
      {run.follows_id !== null && <RelatedRun id={run.follows_id} how="continues" />}
      {run.children.map((id) => (
        <RelatedRun key={id} id={id} how="started" />
      ))}
    </ul>
  );
}

export function RelatedRun({ id, how }: { id: string; how: string }) {
  const data = useMentionedRun(id);
  return (
    <li>
      <span className="muted">{how}</span>
      <Way href={`/runs/${id}`}>{data ? brief(data.title, 90) : id}</Way>
      {data && <StatusMark status={data.status} words={statusOfRun(data)} />}
    </li>
  );
}
