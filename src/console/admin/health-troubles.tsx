/** What of the bot's health needs somebody: models, set-up, runs and records that are in trouble. */
import { brief } from "../../core/text/brief.ts";
import { count } from "../../core/text/count.ts";
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

export function LeftBehind({ runs }: { runs: NonNullable<Health["left_behind"]> }) {
  const states = runs.map(({ run, title, why }) => ({
    key: `${run} ${why}`,
    tone: "waiting" as const,
    words: (
      <Named name={<Way href={`/runs/${run}`}>{title === null ? run : brief(title, 80)}</Way>}>{why}</Named>
    ),
  }));
  return <StateList title="Runs that a change of the set-up left behind" states={states} />;
}

export function Unreadable({ records }: { records: NonNullable<Health["unreadable"]> }) {
  const states = records.map(({ what, message }) => ({
    key: what,
    tone: "failed" as const,
    words: <Named name={what}>{message}</Named>,
  }));
  return <StateList title="Records that can’t be read" states={states} />;
}
