/** Finds the run that somebody means: by its place, or else among the runs of this person. */
import type { Actor } from "../core/actor.ts";
import { denySettling } from "../core/admit/answer.ts";
import type { Inbound } from "../core/ports/inbound.ts";
import type { State } from "../core/state.ts";
import { everyRun } from "../core/store/every.ts";
import { listedRuns } from "../core/store/listed-runs.ts";
import { brief } from "../core/text/brief.ts";
import { liveStatuses, statusWordsOf } from "../core/text/status.ts";
import type { Engine } from "./engine.ts";

type Runs = Pick<Engine, "state" | "store">;

/**
 * A child run speaks where its parent does, so the newest run of a thread may be one. The first run from it upwards
 * that is meant, else the one at the top.
 */
export async function above(
  runs: Runs,
  runId: string,
  isMeant: (state: State) => boolean,
): Promise<State | null> {
  const state = await runs.state(runId);
  if (!state?.parent || isMeant(state)) return state;
  return above(runs, state.parent.runId, isMeant);
}

/**
 * The run of this thread (a child run is stopped with its parent), else this person's newest that has not ended: a stop
 * is for what goes on, whatever ended since. Else their newest.
 */
export async function runMeant(runs: Runs, inbound: Inbound): Promise<string | null> {
  const here = inbound.address ? await runs.store.runAt(inbound.address) : null;
  if (here) return (await above(runs, here, () => false))?.runId ?? null;
  const theirs = { principal: inbound.actor.principal, limit: 1 };
  const [live] = await runs.store.runs({ ...theirs, status: liveStatuses });
  const [newest] = live ? [live] : await runs.store.runs(theirs);
  return newest?.runId ?? null;
}

/** The run whose question in this direct message is the newest that this person may answer. */
export async function askingNear(
  engine: Pick<Engine, "state" | "store" | "policy" | "unreadable">,
  actor: Actor,
  near: string,
): Promise<State | null> {
  let newest: { state: State; askedAt: number } | null = null;
  for await (const { runId } of everyRun(engine.store, { asking: true, near })) {
    const state = await engine.unreadable.orNull(engine.state(runId));
    if (!state) continue;
    const policy = await engine.policy(state);
    for (const question of state.questions) {
      if (denySettling(question, actor, state, policy)) continue;
      if (question.askedAt > (newest?.askedAt ?? 0)) newest = { state, askedAt: question.askedAt };
    }
  }
  return newest?.state ?? null;
}

/** The last ten of this person, a line each. */
export async function listed(runs: Runs, inbound: Inbound): Promise<string> {
  const rows = await runs.store.runs({ principal: inbound.actor.principal, limit: 10 });
  if (rows.length === 0) return "You have no runs yet. Give me a task.";
  return (await listedRuns(runs.store, rows))
    .map((run) => `${run.runId} · ${brief(run.task, 80)} · ${statusWordsOf(run.status, run.forApproval)}`)
    .join("\n");
}
