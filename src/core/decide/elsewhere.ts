/** Calls that another process must go on with: it has their tool, and this one has not. */
import type { Policy } from "../agent.ts";
import { isElsewhere } from "../approval-rule.ts";
import type { Effect } from "../effect.ts";
import type { EventBody } from "../event.ts";
import type { Call, State } from "../state.ts";

/**
 * The effect, or to leave the run where it takes a tool that only another process has. What comes before that call is
 * carried out here: the other one may lack the tool for it, and would leave it to this one.
 */
export function leftOr(effect: Effect, calls: readonly Call[], policy: Policy): Effect {
  const callId = takesItsTool(effect);
  const call = calls.find(({ id }) => id === callId);
  return call && isElsewhere(call.tool, policy) ? { type: "leave", callId: call.id } : effect;
}

function takesItsTool(effect: Effect): string | undefined {
  switch (effect.type) {
    case "run_calls":
      return effect.callIds[0];
    case "ask_approval":
    case "reconcile":
    case "poll_job":
    case "cancel_job":
    case "verify_call":
      return effect.callId;
    default:
      return undefined;
  }
}

/** Says it once, of a call that people have settled: they look for what comes of it. */
export function leftElsewhere(state: State, call: Call): EventBody[] {
  if ((call.is.at !== "approved" && call.is.at !== "answered") || call.is.elsewhere) return [];
  const question = state.settled.findLast(({ callId }) => callId === call.id);
  return question
    ? [{ type: "tool_looked_for", questionId: question.id, found: false, elsewhere: true }]
    : [];
}
