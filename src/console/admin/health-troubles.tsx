/** What of the bot's health needs somebody: models, set-up, runs and records that are in trouble. */
import { count } from "../../core/text/count.ts";
import type { Health } from "../../http/wire/server.ts";
import { Mark } from "../parts/mark.tsx";
import { Age } from "../parts/time.tsx";
import { Way } from "../parts/way.tsx";

export function Troubles({ troubles }: { troubles: NonNullable<Health["model_troubles"]> }) {
  if (troubles.length === 0) return null;
  return (
    <>
      <h2>Models that do not answer</h2>
      <ul className="channels">
        {troubles.map(({ model, reason, since, waiting }) => (
          <li key={model} className="tone-failed">
            <Mark shape="failed" /> <b>{model}</b>{" "}
            <span className="muted">
              {reason}{" "}
              {waiting > 0 && `${count(waiting)} ${waiting === 1 ? "run waits" : "runs wait"} for it. `}
              Since <Age at={since} ago />.
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <>
      <h2>Set-up</h2>
      <ul className="channels">
        {warnings.map((warning) => (
          <li key={warning} className="tone-waiting">
            <Mark shape="waiting" /> <span className="muted">{warning}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function LeftBehind({ runs }: { runs: NonNullable<Health["left_behind"]> }) {
  if (runs.length === 0) return null;
  return (
    <>
      <h2>Runs that a change of the set-up left behind</h2>
      <ul className="channels">
        {runs.map(({ run, why }) => (
          <li key={run} className="tone-waiting">
            <Mark shape="waiting" /> <Way href={`/runs/${run}`}>{run}</Way>{" "}
            <span className="muted">{why}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function Unreadable({ records }: { records: NonNullable<Health["unreadable"]> }) {
  if (records.length === 0) return null;
  return (
    <>
      <h2>Records that can’t be read</h2>
      <ul className="channels">
        {records.map(({ what, message }) => (
          <li key={what} className="tone-failed">
            <Mark shape="failed" /> <b>{what}</b> <span className="muted">{message}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
