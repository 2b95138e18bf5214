/** The runs that hold the task, or the outcome, of a run that is forgotten: they are named, not taken. */
import { recallTool } from "../core/recall.ts";
import type { State } from "../core/state.ts";
import { everyRun, pagesOfRuns } from "../core/store/every.ts";
import type { KnownDeps } from "./forget-known.ts";

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

/** Of all that was at work since its launch the logs are looked through, some at a time. */
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
    if (runIds.length === 0) continue;
    for (const { runId } of await store.runs({ runIds, tool: recallTool, limit: runIds.length })) {
      const results = (await store.readEach(runId, 0)).flatMap(({ event }) =>
        event?.type === "call_finished" ? event.output : [],
      );
      if (results.some((output) => [...gone].some((id) => output.includes(id)))) told.push(runId);
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
