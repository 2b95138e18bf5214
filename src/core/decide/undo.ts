/** What happens next in a run of which somebody wants something undone: people decide first, and nothing new begins. */
import type { Policy } from "../agent.ts";
import type { Effect } from "../effect.ts";
import type { Call, State } from "../state.ts";
import { frozen } from "./begin.ts";
import { decideAsleep } from "./sleep.ts";

/** `undos`: the calls that undo something, one at least; `open`: every call that is not settled. None is started. */
export function decideUndo(
  state: State,
  { undos, open }: { undos: readonly Call[]; open: readonly Call[] },
  policy: Policy,
): Effect {
  const next = undos.find(({ is }) => is.at !== "asking" && is.at !== "doubted");
  // While people decide, what was begun before goes on.
  const going = next ? [next] : open;
  for (const call of going) {
    const effect = goingOn(state, call, policy);
    if (effect) return effect;
  }
  return { type: "rest", until: "someone_speaks" };
}

function goingOn(state: State, call: Call, policy: Policy): Effect | null {
  const { id, is, undoes } = call;
  switch (is.at) {
    case "in_job":
      return { type: "poll_job", callId: id };
    case "verifying":
      return { type: "verify_call", callId: id };
    case "with_child":
      return { type: "await_child", callId: id, runId: is.runId };
    case "sleeping":
      return decideAsleep(state, id, is);
    case "chosen":
      return undoes === undefined ? null : { type: "ask_approval", callId: id };
    case "approved":
      return undoes === undefined ? null : { type: "run_calls", callIds: [id] };
    case "answered":
      return frozen(call, state, policy) ?? { type: "run_calls", callIds: [id] };
    default:
      return null;
  }
}
