/** How many steps a run may take, and what becomes of it when they are used up. */
import type { Policy } from "../agent.ts";
import type { EventBody } from "../event.ts";
import type { State } from "../state.ts";

/** Steps in the whole life of the run: one more when a person answered in the last one, to use what they said. */
function totalOf(state: State, policy: Policy): number {
  const { totalSteps } = policy.agent.limits;
  const renewedAt = state.stepsGranted - state.limits.steps;
  return renewedAt >= totalSteps ? totalSteps + 1 : totalSteps;
}

/** Nobody and nothing can grant another one. */
export function isVeryLastStep(state: State, policy: Policy): boolean {
  return state.steps >= totalOf(state, policy);
}

/** The model is not asked again without a person's word. */
export function isLastStep(state: State, policy: Policy): boolean {
  return state.steps >= state.stepsGranted || isVeryLastStep(state, policy);
}

/** What the limits of steps call for before the model is asked again, or null. */
export function stepLimit(state: State, policy: Policy): EventBody | null {
  if (isVeryLastStep(state, policy)) {
    const message = `The run used all ${totalOf(state, policy)} steps it may ever take. Start a new one with a smaller task.`;
    return { type: "failed", code: "total_steps_reached", message: message + foundByChild(state) };
  }
  if (state.steps < state.stepsGranted) return null;
  if (!state.parent) return { type: "limit_reached", limit: "steps" };
  // Nobody sees a child rest: the run that waits for it is told, and decides.
  const message = `It used its ${state.steps} steps and was not done.`;
  return { type: "failed", code: "steps_reached", message: message + foundByChild(state) };
}

/** The last results in brief, for the run that handed the task over. */
function foundByChild(state: State): string {
  const found = state.lines
    .filter((line) => line.shape === "done")
    .map((line) => `${line.title}: ${line.detail}`);
  return state.parent && found.length > 0 ? ` What it did last: ${found.join("; ")}` : "";
}
