/** What is looked at after a call has begun or ended: a job's progress, and whether the call helped. */
import { callFailed } from "../../core/call-failure.ts";
import type { EventBody } from "../../core/event.ts";
import { findCall } from "../../core/reduce/calls.ts";
import type { Call, State } from "../../core/state.ts";
import type { Recorded } from "../record.ts";
import { keepAttachments, roomFor } from "./attachments.ts";
import { doubt, reconciled } from "./calls.ts";
import { contextOf, finished, recordOutcome, type Work } from "./work.ts";

/** Looks how far the work is; the run rests until the next look, however long the work takes. */
export async function performPollJob(on: Work, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  if (call?.is.at !== "in_job") return recordOutcome(on, () => []);
  const spec = on.policy.tools[call.tool];
  // It was begun and nobody here can find it any more: whether it happened is a person's to say.
  if (!spec) return whileAt(on, callId, "in_job", (state) => doubt(state, call, "its tool is gone", on));
  const { handle, since } = call.is;
  const polled = await on.toolbox.poll(call.tool, call.input, handle, contextOf(on, call));
  throwIfInterrupted(on, polled.type !== "unknown");
  const found = await keepAttachments(on, polled, roomFor(on.state));
  const at = on.clock.now();
  const how = { ms: at - since, untrusted: spec.untrusted };
  switch (found.type) {
    case "finished":
      return whileAt(on, callId, "in_job", () => [finished(call, found, { ...how, at })]);
    case "failed":
      return whileAt(on, callId, "in_job", () => [callFailed(callId, found, how)]);
    case "lost": {
      const told = await on.toolbox.reconcile(call.tool, call.input, contextOf(on, call)).catch(() => {
        throwIfInterrupted(on, false);
        return { type: "unknown" } as const;
      });
      const known = await keepAttachments(on, told, roomFor(on.state));
      return whileAt(on, callId, "in_job", (state) => reconciled(state, call, known, found.reason, on));
    }
    default:
      return whileAt(on, callId, "in_job", progressTo(found.progress), at + found.nextMs);
  }
}

/** The run is being stopped: so is the work, if its tool can, and people are told whether it could. */
export async function performCancelJob(on: Work, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  if (call?.is.at !== "in_job") return recordOutcome(on, () => []);
  const { stopped, words } = on.policy.tools[call.tool]
    ? await on.toolbox.cancel(call.tool, call.is.handle, contextOf(on, call))
    : { stopped: null, words: "Its tool is gone: it is not known whether it still goes on." };
  throwIfInterrupted(on, stopped !== null);
  return whileAt(on, callId, "in_job", () => [{ type: "job_cancelled", callId, stopped, words }]);
}

/** Looks whether the call helped, until that is decided or its time is over. */
export async function performVerify(on: Work, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  if (call?.is.at !== "verifying") return recordOutcome(on, () => []);
  const { result, since, until } = call.is;
  const left = () => on.lookTimes.leftOf({ runId: on.runId, callId }, { since, until }, on.clock);
  left();
  const found = on.policy.tools[call.tool]
    ? await on.toolbox.verify(call.tool, call.input, result.output, contextOf(on, call))
    : ({ verdict: "unknown", words: "its tool is gone", nextMs: 0 } as const);
  throwIfInterrupted(on, found.verdict !== "unknown");
  const { verdict, words, nextMs } = found;
  // Dates are whole ms, and the steady clock counts parts of one.
  const leftMs = Math.ceil(left());
  const isDecided = verdict === "better" || verdict === "worse";
  if (!isDecided && leftMs > 0) {
    const nextAt = on.clock.now() + Math.min(nextMs, leftMs);
    return whileAt(on, callId, "verifying", progressTo(words), nextAt);
  }
  on.lookTimes.decided({ runId: on.runId, callId });
  const event: EventBody = { type: "call_verified", callId, verdict, words, ms: until - since - leftMs };
  return whileAt(on, callId, "verifying", () => [event]);
}

/** Stopped in the middle of a look: the next worker looks again. */
function throwIfInterrupted({ signal }: Work, isKnown: boolean): void {
  if (signal.aborted && !isKnown) throw new Error("interrupted");
}

function progressTo(progress: string): (state: State, call: Call) => EventBody[] {
  return (_, call) =>
    call.progress === progress ? [] : [{ type: "call_progressed", callId: call.id, progress }];
}

/** Recorded only while the call is still where it was looked at. `restUntil`: the next look, ms since the epoch. */
function whileAt(
  on: Work,
  callId: string,
  at: Call["is"]["at"],
  events: (state: State, call: Call) => EventBody[],
  restUntil?: number,
): Promise<Recorded> {
  const propose = (state: State) => {
    const call = findCall(state, callId);
    return call?.is.at === at ? events(state, call) : [];
  };
  return recordOutcome(on, propose, restUntil);
}
