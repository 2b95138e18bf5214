/** Asking for the way back from an approved call: once, by who may launch runs of this agent. */
import { type Actor, personOf } from "../actor.ts";
import type { Policy } from "../agent.ts";
import { isElsewhere } from "../approval-rule.ts";
import type { Command, Refusal } from "../command.ts";
import { hasEnded, type State } from "../state.ts";
import { timeInWords } from "../text/time.ts";
import { undoIn } from "../undo.ts";
import { type Admission, accept, deny, finished, refuse } from "./admission.ts";

/**
 * In a run that goes on, its way back is a call of that run. `run_finished`: it has ended, so the undo must be a run
 * of its own; whoever gets this refusal may launch that.
 */
export function admitUndo(
  state: State,
  command: Extract<Command, { type: "undo" }>,
  policy: Policy,
): Admission {
  const { questionId, actor, via } = command;
  const denied = denyUndo(state, questionId, actor, policy);
  if (denied) return { ok: false, refusal: denied };
  if (hasEnded(state)) return finished(state);
  const { at } = state.phase;
  if (at === "paused" || at === "cancelling") {
    const what = at === "paused" ? "is paused. Resume it" : "is being stopped. Wait until it has ended";
    return refuse("run_not_running", `Run ${state.runId} ${what}, then press Undo again.`);
  }
  const call = command.call ?? undoIn(state, questionId)?.undo.call;
  if (!call) return refuse("not_undoable", nothingOffered);
  return accept({ type: "undo_asked", questionId, call, runId: null, from: personOf(actor), via });
}

const nothingOffered =
  "There is no way back to press here: the call knows none, or too much was approved since. Ask the agent to undo it.";

/** May this actor take the way back, and is it there? null: yes. */
export function denyUndo(state: State, questionId: string, actor: Actor, policy: Policy): Refusal | null {
  const denied = deny("launch", actor, policy, null);
  if (denied && !denied.ok) return denied.refusal;
  const undo = undoIn(state, questionId)?.undo;
  if (!undo) return { code: "not_undoable", message: nothingOffered };
  const { asked, ended, call } = undo;
  if (asked) return undoTaken(asked.from.name, asked.at, asked.runId ?? state.runId);
  if (!ended)
    return isThere(call.tool, policy) ? null : { code: "not_undoable", message: toolAway(call.tool) };
  const { runId } = ended;
  const who = runId === undefined ? "The run has undone this itself" : `Run ${runId} has undone this`;
  return { code: "not_undoable", message: `${who}, by a call of its own.`, ...(runId ? { runId } : {}) };
}

function isThere(tool: string, policy: Policy): boolean {
  return Object.hasOwn(policy.tools, tool) || isElsewhere(tool, policy);
}

function toolAway(tool: string): string {
  return `This bot has no tool ${tool} now, which would undo it. Bring the tool back, then press Undo again.`;
}

/** `runId`: the run in which the first one who asked finds it. */
export function undoTaken(who: string, at: number, runId: string): Refusal {
  return {
    code: "undo_asked",
    message: `${who} asked to undo this at ${timeInWords(at)}. It is offered once.`,
    runId,
  };
}
