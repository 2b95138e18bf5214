/** What a run is: task, status, agent, person, channel, steps, cost, age. */

import { useState } from "react";
import { count, plural } from "../../core/text/count.ts";
import { durationInWords } from "../../core/text/duration.ts";
import { isEnded } from "../../core/text/status.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { StatusMark } from "../parts/mark.tsx";
import { Age, Since } from "../parts/time.tsx";
import { Way } from "../parts/way.tsx";
import { channelName, cost, statusOfRun } from "../parts/words.ts";

const longTask = 160;

export function RunHeader({ run }: { run: RunState }) {
  const [whole, setWhole] = useState(false);
  const folds = run.task.length > longTask || run.task.includes("\n") || run.title !== run.task;
  return (
    <header className="run-header">
      <div className="run-top">
        <Way href="/" className="back" aria-label="Back to the list">
          ←
        </Way>
        <StatusMark status={run.status} words={statusOfRun(run)} />
        {run.waiting && run.status !== "paused" && (
          <span className="muted">
            <Since at={run.waiting.since} lead="for " />
          </span>
        )}
        {run.read_untrusted && (
          <span
            className="tag"
            title="It has read text from outside the trusted circle: what changes the world needs approval."
          >
            read untrusted data
          </span>
        )}
      </div>
      <h1 className={whole ? "task whole" : "task"}>{whole ? run.task : run.title}</h1>
      {folds && (
        <button type="button" className="link-button" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Less" : "All of it"}
        </button>
      )}
      <Facts run={run} />
    </header>
  );
}

function Facts({ run }: { run: RunState }) {
  const tokens = run.usage.input_tokens + run.usage.output_tokens;
  const usd = cost(run.usage.cost_usd);
  const ended = isEnded(run.status);
  return (
    <p className="facts">
      <span>{run.agent}</span>
      <span title={run.from.principal}>{run.from.name}</span>
      <Place run={run} />
      <span className="num" title={`${run.steps_granted} are granted`}>
        {plural(run.steps, "step")}
      </span>
      {tokens > 0 && <span className="num">{count(tokens)} tokens</span>}
      {usd && <span className="num">{usd}</span>}
      {ended && <span className="num">took {durationInWords(run.updated_at - run.launched_at)}</span>}
      <Age at={run.launched_at} ago />
    </p>
  );
}

/** The first address that can be opened, as a link into its platform. */
function Place({ run }: { run: RunState }) {
  const [link] = run.links;
  const name = channelName(run.channel);
  if (!link) return <span>{name}</span>;
  return (
    <a href={link} target="_blank" rel="noopener noreferrer">
      {name} ↗
    </a>
  );
}
