/** The runs that hold the task, or the outcome, of a run that is forgotten: they are named, not taken. */
import { setImmediate } from "node:timers/promises";
import { recallTool } from "../core/recall.ts";
import type { State } from "../core/state.ts";
import { everyRun, pagesOfRuns } from "../core/store/every.ts";
import type { KnownDeps } from "./forget-known.ts";

const logsAtOnce = 100;

/**
 * Later turns of its conversation, which began with its task and outcome, runs that were started again with its
 * task, however often, and those that found it, or what was forgotten with it, as a past run; in the order in which they
 * are found. `gone`: forgotten with it, and itself.
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
  return [...new Set([...told.keys(), ...(await recalling(deps, state, gone))])];
}

/**
 * Of all that was at work since its launch the store looks through the logs, some at a time: on SQLite the process does
 * nothing else meanwhile, so it comes to other things in between.
 */
async function recalling(
  { store }: KnownDeps,
  { launchedAt }: State,
  gone: ReadonlySet<string>,
): Promise<string[]> {
  const told: string[] = [];
  for await (const rows of pagesOfRuns(store, {})) {
    const runIds = rows
      .filter((row) => row.updatedAt >= launchedAt && !gone.has(row.runId))
      .map((row) => row.runId);
    for (let from = 0; from < runIds.length; from += logsAtOnce) {
      await setImmediate();
      const some = runIds.slice(from, from + logsAtOnce);
      const named = { runIds: some, tool: recallTool, resultNames: [...gone], limit: some.length };
      told.push(...(await store.runs(named)).map(({ runId }) => runId));
    }
  }
  return told;
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
