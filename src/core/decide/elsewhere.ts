/** Calls that another process must go on with: it has their tool, and this one has not. */
import type { Policy } from "../agent.ts";
import { isElsewhere } from "../approval-rule.ts";
import type { EventBody } from "../event.ts";
import type { Call, State } from "../state.ts";

/** Here it could only be given up, and what people said for it or what was begun with it. undefined: there is none. */
export function callElsewhere(state: State, policy: Policy): Call | undefined {
  const { phase, direct } = state;
  const { agent } = policy;
  if (phase.at !== "acting" && phase.at !== "cancelling") return undefined;
  return phase.calls.find(
    ({ is, tool, error, undoes }) =>
      wanted[phase.at].includes(is.at) &&
      isElsewhere(tool, policy) &&
      // What can't be made is told to the model, wherever that is.
      !error &&
      (direct || undoes !== undefined || agent.tools.includes(tool)),
  );
}

/** Where a call is when the next thing is its tool's to do. */
const wanted: Readonly<Record<"acting" | "cancelling", readonly Call["is"]["at"][]>> = {
  acting: ["chosen", "approved", "answered", "started", "in_job", "verifying"],
  cancelling: ["started", "in_job"],
};

/** Says it once, of a call that people have settled: they look for what comes of it. */
export function leftElsewhere(state: State, call: Call): EventBody[] {
  if ((call.is.at !== "approved" && call.is.at !== "answered") || call.is.elsewhere) return [];
  const question = state.settled.findLast(({ callId }) => callId === call.id);
  return question
    ? [{ type: "tool_looked_for", questionId: question.id, found: false, elsewhere: true }]
    : [];
}
