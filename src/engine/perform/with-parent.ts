/** A child run rests, goes on and ends with the run above it. */
import { callFailed } from "../../core/call-failure.ts";
import type { Effect } from "../../core/effect.ts";
import type { EventBody } from "../../core/event.ts";
import { UnreadableError } from "../../core/ports/unreadable.ts";
import { findCall } from "../../core/reduce/calls.ts";
import { hasEnded, pendingCalls, type State } from "../../core/state.ts";
import { isEnded, type Status } from "../../core/text/status.ts";
import type { Recorded, Recorder } from "../record.ts";
import { recordOutcome, type Work } from "./work.ts";

/**
 * A child begins nothing while a run above it is paused, and nothing at all once that is stopped. It looks by itself,
 * before each effect: so it holds whenever the process dies. null: nothing is in its way.
 */
export async function performWithParent(effect: Effect, on: Work): Promise<Recorded | null> {
  if (!beginsSomething(effect) || on.state.phase.at === "cancelling") return null;
  for (let above = on.state.parent?.runId ?? null; above !== null; ) {
    const row = await on.loadRow(above);
    if (row?.status === "paused") return recordOutcome(on, pausedWithParent);
    if (row && isEnded(row.status)) return recordOutcome(on, (state) => stoppedWithParent(state, row.status));
    above = row?.parentId ?? null;
  }
  return null;
}

function pausedWithParent(state: State): EventBody[] {
  const { from, phase } = state;
  if (phase.at === "paused" || phase.at === "cancelling") return [];
  return [{ type: "paused", from, via: { channel: "belay" }, withParent: true }];
}

/** `parent`: how the one above ended, or will end in a moment. */
function stoppedWithParent(state: State, parent: Status): EventBody[] {
  // It may never have begun.
  if (state.version === 0 || hasEnded(state) || state.phase.at === "cancelling") return [];
  const reason = parent === "failed" ? "its parent run failed" : "its parent run was stopped";
  return [{ type: "cancel_requested", reason, from: state.from, via: { channel: "belay" } }];
}

function beginsSomething(effect: Effect): boolean {
  return !["record", "rest", "sleep_until", "leave"].includes(effect.type);
}

/** The parent is being stopped: so is the child, first. */
export async function performCancelChild(on: Work, callId: string, childId: string): Promise<Recorded> {
  await stopChild(on.record, childId, "cancelled");
  return recordOutcome(on, (state) =>
    findCall(state, callId)?.is.at === "with_child"
      ? [callFailed(callId, { code: "cancelled", message: "The run was stopped." })]
      : [],
  );
}

/** This run is about to fail, whatever its calls wait for: its child would go on asking people for nobody. */
export async function stopChildOfFailed(record: Recorder, state: State): Promise<void> {
  for (const { is } of pendingCalls(state)) {
    if (is.at !== "with_child") continue;
    try {
      await stopChild(record, is.runId, "failed");
    } catch (error) {
      // A child that can't be read goes on in no process, and must not keep this run from its end.
      if (!(error instanceof UnreadableError)) throw error;
    }
  }
}

async function stopChild(record: Recorder, childId: string, parent: Status): Promise<void> {
  const propose = (state: State) => ({ ok: true, events: stoppedWithParent(state, parent) }) as const;
  await record({ runId: childId, epoch: null, inbox: null, propose });
}
