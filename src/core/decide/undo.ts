/** What happens next in a run of which somebody wants something undone: people decide first, and nothing new begins. */
import type { Effect } from "../effect.ts";
import type { Call, State } from "../state.ts";
import { decideAsleep } from "./sleep.ts";

/** `undos`: the calls that undo something, one at least; `open`: every call that is not settled. None is started. */
export function decideUndo(state: State, undos: readonly Call[], open: readonly Call[]): Effect {
  const next = undos.find(({ is }) => is.at !== "asking" && is.at !== "doubted");
  // While people decide, what was begun before goes on.
  const going = next ? [next] : open;
  for (const call of going) {
    const effect = goingOn(state, call);
    if (effect) return effect;
  }
  return { type: "rest", until: "someone_speaks" };
}

function goingOn(state: State, { id, is, undoes }: Call): Effect | null {
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
      return { type: "run_calls", callIds: [id] };
    default:
      return null;
  }
}
