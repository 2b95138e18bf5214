/** How a run that is being stopped comes to its end: what was begun is brought to an end first. */
import type { Policy } from "../agent.ts";
import type { Effect } from "../effect.ts";
import type { EventBody } from "../event.ts";
import type { Phase, State } from "../state.ts";
import { leftOr } from "./elsewhere.ts";

/** Nothing new starts; a call that was started is brought to its end first, since it may have happened. */
export function decideCancelling(state: State, phase: Cancelling, policy: Policy): Effect {
  return leftOr(nextOf(state, phase), phase.calls, policy);
}

type Cancelling = Extract<Phase, { at: "cancelling" }>;

function nextOf(state: State, phase: Cancelling): Effect {
  const started = phase.calls.find((call) => call.is.at === "started");
  if (started) return { type: "reconcile", callId: started.id };
  for (const call of phase.calls) {
    if (call.is.at === "with_child") return { type: "cancel_child", callId: call.id, runId: call.is.runId };
    if (call.is.at === "in_job") return { type: "cancel_job", callId: call.id };
    if (call.is.at === "verifying") return record(notLookedAt(call.id));
  }
  return endOf(state, { type: "cancelled", reason: phase.reason, from: phase.from });
}

/** The end of a run; where it undoes a call of another one, that run is told before. */
export function endOf(state: State, end: EventBody): Effect {
  return state.undoes ? { type: "end_undo", end } : record(end);
}

function notLookedAt(callId: string): EventBody {
  return { type: "call_verified", callId, verdict: "unknown", words: "the run was stopped first", ms: 0 };
}

function record(event: EventBody): Effect {
  return { type: "record", events: [event] };
}
