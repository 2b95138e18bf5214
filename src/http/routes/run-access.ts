/** The one way from an id in a request to a run: what the caller may not see does not exist. */
import type { Actor } from "../../core/actor.ts";
import { fold } from "../../core/reduce/reduce.ts";
import type { State } from "../../core/state.ts";
import type { Server } from "../guard/context.ts";
import { runNotFound } from "../guard/problems.ts";
import { askingBelow, childrenOf } from "../view/child-runs.ts";
import { viewRun } from "../view/run.ts";
import type { RunState } from "../wire/runs.ts";

/** Throws 404 `run_not_found`: malformed, unknown and unreadable ids are answered alike. */
export async function readableRun({ engine }: Server, actor: Actor, id: string): Promise<State> {
  const state = /^[\w.:-]{1,200}$/.test(id) ? await stateSoon(engine, id) : null;
  if (!state || !engine.mayRead(actor, state)) throw runNotFound();
  return state;
}

/** A child is noted in its parent's log a turn before it is launched, and a page may ask for it in between. */
async function stateSoon(engine: Server["engine"], id: string): Promise<State | null> {
  for (let turn = 0; turn < 3; turn++) {
    const state = await engine.state(id);
    if (state) return state;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return null;
}

/** The whole run for somebody who may read it, with the questions of the runs below it. */
export async function showRun(server: Server, actor: Actor, state: State): Promise<RunState> {
  const children = await childrenOf(server, state.runId);
  const [policy, below] = await Promise.all([
    server.engine.policy(state),
    askingBelow(server, actor, children),
  ]);
  const { linkTo } = server.config.about;
  return viewRun(state, { policy, actor, children: children.map((child) => child.runId), below, linkTo });
}

/** For who may launch but not read: the run as it was launched, however far it has come. What they wrote, no more. */
export async function showLaunch({ engine, config }: Server, actor: Actor, runId: string): Promise<RunState> {
  const [launched] = await engine.events(runId);
  if (!launched) throw runNotFound();
  const state = fold([launched]);
  const { linkTo } = config.about;
  return viewRun(state, { policy: await engine.policy(state), actor, children: [], below: [], linkTo });
}
