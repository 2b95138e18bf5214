/** The runs that hold the task, or the outcome, of a run that is forgotten: they are named, not taken. */
import type { State } from "../core/state.ts";
import { everyRun } from "../core/store/every.ts";
import type { KnownDeps } from "./forget-known.ts";

/**
 * Later turns of its conversation, which began with its task and outcome, and runs that were started again with its
 * task, however often; in the order in which they are found. `gone`: forgotten with it.
 */
export async function toldOf(deps: KnownDeps, state: State, gone: ReadonlySet<string>): Promise<string[]> {
  const told = new Map<string, State>();
  const queue: { of: State; isCopy: boolean }[] = [{ of: state, isCopy: true }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { of, isCopy } = next;
    for await (const later of laterRuns(deps, of)) {
      const turn = isCopy && later.follows?.runId === of.runId;
      const again = later.repeats === of.runId;
      if (gone.has(later.runId) || told.has(later.runId) || !(turn || again)) continue;
      told.set(later.runId, later);
      queue.push({ of: later, isCopy: isCopy && again });
    }
  }
  return [...told.keys()];
}

/** In the same places, or with the same task, and launched with its name. What can't be read is left out. */
async function* laterRuns({ store, unreadable, state }: KnownDeps, of: State): AsyncGenerator<State> {
  const places = of.addresses.map((near) => ({ near }));
  // A row holds the beginning of it.
  const title = of.title.slice(0, 500);
  const tasks = title === "" ? [] : [{ text: title }];
  for (const filter of [...places, ...tasks]) {
    for await (const row of everyRun(store, { ...filter, launchNames: of.runId })) {
      if (row.launchedAt < of.launchedAt || row.runId === of.runId) continue;
      if ("text" in filter && row.task !== title) continue;
      const later = await unreadable.orNull(state(row.runId));
      if (later) yield later;
    }
  }
}
