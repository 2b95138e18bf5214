/** What of the bot's health needs somebody: models, set-up, runs and records that are in trouble. */
import { brief } from "../../core/text/brief.ts";
import { count, plural } from "../../core/text/count.ts";
import type { Health } from "../../http/wire/server.ts";
import { Age } from "../parts/time.tsx";
import { Way } from "../parts/way.tsx";
import { Named, StateList } from "./state-list.tsx";

export function Troubles({ troubles }: { troubles: NonNullable<Health["model_troubles"]> }) {
  const states = troubles.map(({ model, reason, since, waiting }) => ({
    key: model,
    tone: "failed" as const,
    words: (
      <Named name={model}>
        {reason} {waiting > 0 && `${count(waiting)} ${waiting === 1 ? "run waits" : "runs wait"} for it. `}
        Since <Age at={since} ago />.
      </Named>
    ),
  }));
  return <StateList title="Models that do not answer" states={states} />;
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  const states = warnings.map((warning) => ({
    key: warning,
    tone: "waiting" as const,
    words: <span className="muted">{warning}</span>,
  }));
  return <StateList title="Set-up" states={states} />;
}

type Left = NonNullable<Health["left_behind"]>;

/** Under each reason its runs: one change of the set-up leaves many. */
export function LeftBehind({ runs }: { runs: Left }) {
  const reasons = new Map<string, Left>();
  for (const run of runs) reasons.set(run.why, [...(reasons.get(run.why) ?? []), run]);
  const states = [...reasons].map(([why, those]) => ({
    key: why,
    tone: "waiting" as const,
    words: <LeftRuns why={why} runs={those} />,
  }));
  return <StateList title="Runs that a change of the set-up left behind" states={states} />;
}

/** More than these are opened first. */
const shownRuns = 5;

function LeftRuns({ why, runs }: { why: string; runs: Left }) {
  const [first] = runs;
  if (first && runs.length === 1) return <Named name={<LeftRun run={first} />}>{why}</Named>;
  return (
    <details open={runs.length <= shownRuns}>
      <summary>
        <Named name={plural(runs.length, "run")}>{why}</Named>
      </summary>
      <ul>
        {runs.map((run) => (
          <li key={run.run}>
            <LeftRun run={run} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function LeftRun({ run: { run, title } }: { run: Left[number] }) {
  return <Way href={`/runs/${run}`}>{title === null ? run : brief(title, 80)}</Way>;
}

export function Unreadable({ records }: { records: NonNullable<Health["unreadable"]> }) {
  const states = records.map(({ what, message }) => ({
    key: what,
    tone: "failed" as const,
    words: <Named name={what}>{message}</Named>,
  }));
  return <StateList title="Records that can’t be read" states={states} />;
}
