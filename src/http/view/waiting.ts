/** What a run waits for on the wire: people, a time, another run, a model that does not answer. */
import { pendingCalls, type State, statusOf, underPause } from "../../core/state.ts";
import type { RunState } from "../wire/runs.ts";

/** What the run waits for. The people who are asked come first: nothing else goes on without them. */
export function waitingOf(state: State): RunState["waiting"] {
  const nothing = { since: state.updatedAt, until: null, run_id: null, audience: [] };
  if (state.phase.at === "paused" || state.phase.at === "limited") return { ...nothing, for: "resume" };
  const [question] = state.questions;
  if (question && statusOf(state) === "waiting_human_input") {
    const kind = question.kind === "approval" ? "approval" : "person";
    return { ...nothing, for: kind, since: question.askedAt, audience: question.audience };
  }
  const phase = underPause(state.phase);
  if (phase.at === "thinking" && phase.retryAt !== null) {
    return { ...nothing, for: "model", until: phase.retryAt };
  }
  for (const { is } of pendingCalls(state)) {
    if (is.at === "with_child") return { ...nothing, for: "run", run_id: is.runId };
    if (is.at === "sleeping") return { ...nothing, for: is.event ? "event" : "time", until: is.until };
  }
  return null;
}

/** Null: the model does not fail, as far as is known. */
export function outageOf({ outage }: State): RunState["outage"] {
  if (outage === null) return null;
  const { failures, since, last, message } = outage;
  return { failures, since, last, message };
}
