/** Which run beside another has undone what that one did, by a call that its own model chose: nobody presses Undo then. */
import type { ToolCall } from "../core/chosen-call.ts";
import type { Store } from "../core/ports/store.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import { fold } from "../core/reduce/reduce.ts";
import { signOf } from "../core/reduce/step-lines.ts";
import type { State } from "../core/state.ts";

/** A conversation of more runs is looked at no further: people still decide on the undo. */
const mostRuns = 50;

export interface Elsewhere {
  store: Pick<Store, "runs" | "read">;
  state: (runId: string) => Promise<State | null>;
}

/**
 * The id of a turn of the same conversation, or of a run above or below one, that has made this call with success after
 * `since` (ms since the epoch); null: none is known to.
 */
export async function undoneElsewhere(
  deps: Elsewhere,
  of: State,
  { call, since }: { call: ToolCall; since: number },
): Promise<string | null> {
  for await (const state of around(deps, of)) {
    if (await hasMade(deps, state, { call, since })) return state.runId;
  }
  return null;
}

/** What is still offered around `by`, and that one of these calls (by their signs) has just done. */
export async function offersTaken(
  deps: Elsewhere,
  by: State,
  signs: ReadonlySet<string>,
): Promise<{ runId: string; questionId: string }[]> {
  const taken: { runId: string; questionId: string }[] = [];
  for await (const { runId, settled } of around(deps, by)) {
    for (const { id, undo } of settled) {
      const isOffered = undo && undo.asked === null && undo.ended === null;
      if (isOffered && signs.has(signOf(undo.call))) taken.push({ runId, questionId: id });
    }
  }
  return taken;
}

/** All other runs of the conversation that can be read, the nearest first. */
async function* around(deps: Elsewhere, of: State): AsyncGenerator<State> {
  const known = new Set([of.runId]);
  const looking = [of];
  for (const one of looking) {
    for (const runId of await besides(deps, one)) {
      if (known.has(runId) || known.size > mostRuns) continue;
      known.add(runId);
      const state = await readable(deps.state(runId));
      if (!state) continue;
      yield state;
      looking.push(state);
    }
  }
}

/** The turns before and after it, and the runs above and below it. */
async function besides(
  { store }: Elsewhere,
  { runId, follows, parent, addresses }: State,
): Promise<string[]> {
  const [near] = addresses;
  const below = await store.runs({ parentId: runId, limit: mostRuns });
  const after = near === undefined ? [] : await store.runs({ near, launchNames: runId, limit: mostRuns });
  const before = [follows?.runId, parent?.runId].filter((id) => id !== undefined);
  return [...before, ...below.map((row) => row.runId), ...after.map((row) => row.runId)];
}

/** More often now than it had by then. */
async function hasMade(
  { store }: Elsewhere,
  { runId, traces }: State,
  { call, since }: { call: ToolCall; since: number },
): Promise<boolean> {
  const sign = signOf(call);
  const times = (of: State["traces"]) => of.filter((trace) => trace.ok && trace.sign === sign).length;
  const now = times(traces);
  if (now === 0) return false;
  const events = (await readable(store.read(runId))) ?? [];
  return now > times(fold(events.filter(({ at }) => at <= since)).traces);
}

async function readable<T>(wanted: Promise<T>): Promise<T | null> {
  try {
    return await wanted;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return null;
  }
}
