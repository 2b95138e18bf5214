/** A run as far as it is known to whoever has it forgotten: read whole, or salvaged from a damaged log. */
import type { RunEvent } from "../core/event.ts";
import type { RunRow } from "../core/ports/runs.ts";
import type { Store } from "../core/ports/store.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import { endOf } from "../core/reduce/forgotten.ts";
import { fold } from "../core/reduce/reduce.ts";
import type { Phase, State } from "../core/state.ts";
import { isEnded } from "../core/text/status.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** Where the runs are looked up. `state` resolves to null for a run that does not exist. */
export interface KnownDeps {
  store: Store;
  unreadable: UnreadableRecords;
  state: (runId: string) => Promise<State | null>;
}

/** `damaged`: its log can't be read, so nobody can stop it, and no process goes on with it. */
export interface KnownRun {
  state: State;
  damaged: boolean;
}

/** null: there is no such run. Rejects with UnreadableError for what a newer release wrote: that one can read it. */
export async function knownRun(
  { state, store }: Pick<KnownDeps, "state" | "store">,
  runId: string,
): Promise<KnownRun | null> {
  try {
    const whole = await state(runId);
    return whole && { state: whole, damaged: false };
  } catch (error) {
    if (!(error instanceof UnreadableError) || error.code !== "storage_damaged") throw error;
    const row = await store.run(runId);
    if (!row) throw error;
    const rest = (await store.readEach(runId, 0)).flatMap(({ event }) => event ?? []);
    return { state: salvaged(row, rest), damaged: true };
  }
}

/** A run that can't be read does nothing any more: one that had not ended counts as failed. */
const unreadable: Phase = { at: "failed", code: "record_unreadable", message: "" };

/** Enough to have it forgotten, and no more: which of its calls are open, and what it asks, may have been lost. */
function salvaged(row: RunRow, events: readonly RunEvent[]): State {
  const rest = fold(events);
  const parent = row.parentId === null ? null : { runId: row.parentId, callId: "", depth: 0 };
  const first = row.address === null ? [] : [row.address];
  const spent = { inputTokens: row.tokens, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  return {
    ...rest,
    ...{ runId: row.runId, version: row.version, launchedAt: row.launchedAt, updatedAt: row.updatedAt },
    ...{ task: row.task, title: row.task, channel: row.channel, steps: row.steps, questions: [] },
    from: { principal: row.principal, name: row.personName },
    addresses: [...new Set([...first, ...rest.addresses])],
    agent: { name: row.agent, hash: rest.agent.hash },
    parent: rest.parent ?? parent,
    usage: { ...spent, costUsd: row.costUsd, estimated: true },
    phase: isEnded(row.status) ? endOf(row.status) : unreadable,
  };
}
