/** How the run ended, large and readable. */
import { useQuery } from "@tanstack/react-query";
import type { WireOutcome } from "../../http/wire/events.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { getOutcome, keys } from "../api/calls.ts";
import { CopyButton } from "../parts/button.tsx";
import { Mark } from "../parts/mark.tsx";
import { OriginSteps } from "../parts/origin-mark.tsx";
import { Prose } from "../parts/prose.tsx";
import { Origins } from "./origins.tsx";

/** `onStep`: shows the step of this event of the log. */
export function Outcome({ run, onStep }: { run: RunState; onStep: (version: number) => void }) {
  if (run.final_answer !== null) {
    return <Answer runId={run.id} text={run.final_answer} untrusted={run.read_untrusted} onStep={onStep} />;
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

interface Told {
  runId: string;
  text: string;
  untrusted: boolean;
  onStep: (version: number) => void;
}

/** With where its values come from, once that is known: in the text itself, and below it. */
function Answer({ runId, text, untrusted, onStep }: Told) {
  const { data } = useQuery({
    queryKey: keys.outcome(runId),
    queryFn: () => getOutcome(runId),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Places count in the text that was traced.
  const values = data?.outcome === text ? data.values : none;
  return (
    <section className="outcome" aria-label="Outcome">
      <header>
        <h2>Outcome</h2>
        <CopyButton text={text} />
      </header>
      <OriginSteps value={onStep}>
        <Prose text={text} untrusted={untrusted} origins={values} />
      </OriginSteps>
      <Origins values={values} onStep={onStep} />
    </section>
  );
}

const none: WireOutcome["values"] = [];
