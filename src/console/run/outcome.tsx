/** How the run ended, large and readable. */
import type { RunState } from "../../http/wire/runs.ts";
import { CopyButton } from "../parts/button.tsx";
import { Mark } from "../parts/mark.tsx";
import { Prose } from "../parts/prose.tsx";
import { Origins } from "./origins.tsx";

/** `onStep`: shows the step of this event of the log. */
export function Outcome({ run, onStep }: { run: RunState; onStep: (version: number) => void }) {
  if (run.final_answer !== null) {
    return (
      <section className="outcome" aria-label="Outcome">
        <header>
          <h2>Outcome</h2>
          <CopyButton text={run.final_answer} />
        </header>
        <Prose text={run.final_answer} untrusted={run.read_untrusted} />
        <Origins runId={run.id} onStep={onStep} />
      </section>
    );
  }
  if (run.error === null) return null;
  return (
    <section className="outcome failed" aria-label="Outcome">
      <h2>
        <Mark shape="failed" /> It failed
      </h2>
      <p>{run.error}</p>
    </section>
  );
}
