/** Forgetting a run: only one that has ended, with all runs below it, and only once. */
import { personOf } from "../actor.ts";
import type { Policy } from "../agent.ts";
import type { Command, Refusal } from "../command.ts";
import { type State, statusOf } from "../state.ts";
import { isEnded } from "../text/status.ts";
import { timeInWords } from "../text/time.ts";
import { type Admission, accept, deny, refuse } from "./admission.ts";

/** `part_of_a_run`: the run above it holds its task and its outcome, so that one has to be forgotten, and this with it. */
export function admitForget(
  state: State,
  { actor, via, below }: Extract<Command, { type: "forget" }>,
  policy: Policy,
): Admission {
  const denied = deny("forget", actor, policy, null);
  if (denied) return denied;
  const { runId, parent, usage, steps, channel, agent } = state;
  if (parent && !below) {
    const message = `Run ${runId} is part of run ${parent.runId}, which holds its task and its outcome. Forget that one, and this one goes with it.`;
    return { ok: false, refusal: { code: "part_of_a_run", message, runId: parent.runId } };
  }
  const ended = statusOf(state);
  if (!isEnded(ended)) {
    return refuse("run_busy", `Run ${runId} has not ended (${ended}). Stop it first, then forget it.`);
  }
  return accept({
    type: "forgotten",
    ...{ runId, channel, agent, parent, steps, usage, ended, via },
    version: state.version + 1,
    from: personOf(actor),
    launchedAt: state.launchedAt,
    launchedBy: state.from,
    endedAt: state.updatedAt,
  });
}

/** What is said to whoever asks for a run that was forgotten: names and times to its readers alone; null: it was not. */
export function forgottenRefusal(
  { runId, forgotten, from, launchedAt, updatedAt }: State,
  mayRead: boolean,
): Refusal | null {
  if (!forgotten) return null;
  if (!mayRead) return { code: "run_forgotten", message: `Run ${runId} was forgotten. Start a new one.` };
  const message =
    `Run ${runId} was forgotten by ${forgotten.from.name} at ${timeInWords(forgotten.at)}. It was started by ` +
    `${from.name} at ${timeInWords(launchedAt)} and ended at ${timeInWords(updatedAt)}; nothing else of it is kept.`;
  return { code: "run_forgotten", message };
}
