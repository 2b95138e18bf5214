/** A child run rests, goes on and ends with the run above it. */
import { callFailed } from "../../core/call-failure.ts";
import type { Effect } from "../../core/effect.ts";
import type { EventBody } from "../../core/event.ts";
import { UnreadableError } from "../../core/ports/unreadable.ts";
import { findCall } from "../../core/reduce/calls.ts";
import { hasEnded, type State } from "../../core/state.ts";
import { isEnded, type Status } from "../../core/text/status.ts";
import type { Recorded } from "../record.ts";
import { recordOutcome, type Work } from "./work.ts";

/**
 * A child begins nothing while a run above it is paused, and nothing at all once that is stopped. It looks by itself,
 * before each effect, and when it is woken from its rest by the end of its parent: so it holds whenever the process
 * dies. null: nothing is in its way.
 */
export async function performWithParent(effect: Effect, on: Work): Promise<Recorded | null> {
  const isAtRest = effect.type === "rest" || effect.type === "sleep_until";
  if (!(isAtRest || beginsSomething(effect)) || on.state.phase.at === "cancelling") return null;
  for (let above = on.state.parent?.runId ?? null; above !== null; ) {
    const row = await on.loadRow(above);
    if (row?.status === "paused" && !isAtRest) return recordOutcome(on, pausedWithParent);
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
  return effect.type !== "record" && effect.type !== "leave";
}

/** The parent is being stopped: so is the child, first. A damaged one goes on in no process, and keeps nobody from it. */
export async function performCancelChild(on: Work, callId: string, childId: string): Promise<Recorded> {
  const propose = (state: State) => ({ ok: true, events: stoppedWithParent(state, "cancelled") }) as const;
  try {
    await on.record({ runId: childId, epoch: null, inbox: null, propose });
  } catch (error) {
    // What a newer release wrote goes on there: so does this stop.
    if (!(error instanceof UnreadableError && error.code === "storage_damaged")) throw error;
    on.log.warn({ run: on.runId, err: error }, "a run is stopped without its child, which can't be read");
  }
  return recordOutcome(on, (state) =>
    findCall(state, callId)?.is.at === "with_child"
      ? [callFailed(callId, { code: "cancelled", message: "The run was stopped." })]
      : [],
  );
}
