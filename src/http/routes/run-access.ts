/** The one way from an id in a request to a run: what the caller may not see does not exist. */
import type { Actor } from "../../core/actor.ts";
import { forgottenRefusal } from "../../core/admit/forget.ts";
import type { RunRow } from "../../core/ports/runs.ts";
import { fold } from "../../core/reduce/reduce.ts";
import { type State, statusOf } from "../../core/state.ts";
import { mayReadRow } from "../../core/store/listed-runs.ts";
import type { Server } from "../guard/context.ts";
import { problemOfRefusal, runNotFound } from "../guard/problems.ts";
import { askingBelow, childrenOf } from "../view/child-runs.ts";
import { viewRun } from "../view/run.ts";
import type { RunState } from "../wire/runs.ts";

/** Throws 410 `run_forgotten`, and 404 `run_not_found`: malformed and unknown ids, and runs that the caller may not see, are answered alike. */
export async function readableRun({ engine }: Server, actor: Actor, id: string): Promise<State> {
  const state = await soon(id, () => engine.state(id));
  if (!state || !engine.mayRead(actor, state)) throw runNotFound();
  return remembered(state, true);
}

/** The same without reading the run's log. */
export async function readableRow(server: Server, actor: Actor, id: string): Promise<RunRow> {
  const row = await soon(id, () => server.engine.store.run(id));
  if (!row || !mayReadRow(server.engine, actor, row)) throw runNotFound();
  return row;
}

/** Its place says that it was forgotten, and not that it never was. */
function remembered(state: State, mayRead: boolean): State {
  const refusal = forgottenRefusal(state, mayRead);
  if (refusal) throw problemOfRefusal(refusal, null);
  return state;
}

/** A child is noted in its parent's log a turn before it is launched, and a page may ask for it in between. */
async function soon<T>(id: string, look: () => Promise<T | null>): Promise<T | null> {
  if (!/^[\w.:-]{1,200}$/.test(id)) return null;
  for (let turn = 0; turn < 3; turn++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return null;
}

/** The run as this actor may see it: whole, or as it was launched. Throws 404 `run_not_found`, 410 `run_forgotten`. */
export async function showTo(server: Server, actor: Actor, runId: string): Promise<RunState> {
  const state = await server.engine.state(runId);
  if (!state) throw runNotFound();
  const mayRead = server.engine.mayRead(actor, state);
  remembered(state, mayRead);
  return mayRead ? showRun(server, actor, state) : showLaunch(server, actor, runId);
}

/** The whole run for somebody who may read it, with the questions of the runs below it. */
export async function showRun(server: Server, actor: Actor, state: State): Promise<RunState> {
  const children = await childrenOf(server, state.runId);
  const [policy, below] = await Promise.all([
    server.engine.policy(state),
    askingBelow(server, actor, children),
  ]);
  const { linkTo } = server.config.about;
  const leftBehind = server.engine.whyLeft({
    ...{ runId: state.runId, status: statusOf(state), agent: state.agent.name, agentHash: state.agent.hash },
    ...{ address: state.addresses[0] ?? null, asked: state.questions },
  });
  const ids = children.map((child) => child.runId);
  return viewRun(state, { policy, actor, children: ids, below, linkTo, leftBehind });
}

/** For who may launch but not read: the run as it was launched, however far it has come. What they wrote, no more. */
async function showLaunch({ engine, config }: Server, actor: Actor, runId: string): Promise<RunState> {
  const [launched] = await engine.events(runId);
  if (!launched) throw runNotFound();
  const state = fold([launched]);
  const { linkTo } = config.about;
  const policy = await engine.policy(state);
  return viewRun(state, { policy, actor, children: [], below: [], linkTo, leftBehind: [] });
}
