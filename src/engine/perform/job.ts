/** What is looked at after a call has begun or ended: a job's progress, and whether the call helped. */
import { callFailed } from "../../core/call-failure.ts";
import type { EventBody } from "../../core/event.ts";
import { findCall } from "../../core/reduce/calls.ts";
import { progressDueIn } from "../../core/reduce/progress.ts";
import type { Call, State } from "../../core/state.ts";
import type { Recorded } from "../record.ts";
import { keepAttachments, roomFor } from "./attachments.ts";
import { progressEvents } from "./progress.ts";
import { doubt, reconciled } from "./reconcile.ts";
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
      return saying(on, callId, "in_job", { words: found.progress, nextAt: at + found.nextMs });
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
  const left = () => on.looks.leftOf({ runId: on.runId, callId }, { since, until }, on.clock);
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
    return saying(on, callId, "verifying", { words, nextAt });
  }
  const event: EventBody = { type: "call_verified", callId, verdict, words, ms: until - since - leftMs };
  return whileAt(on, callId, "verifying", () => [event]);
}

/** Stopped in the middle of a look: the next worker looks again. */
function throwIfInterrupted({ signal }: Work, isKnown: boolean): void {
  if (signal.aborted && !isKnown) throw new Error("interrupted");
}

/** It goes on, with these words; of words that change all the time not each is recorded. `nextAt`: the next look. */
function saying(
  on: Work,
  callId: string,
  at: Call["is"]["at"],
  { words, nextAt }: { words: string; nextAt: number },
): Promise<Recorded> {
  on.looks.told({ runId: on.runId, callId }, words);
  const propose = (state: State) => {
    const isDue = progressDueIn(findCall(state, callId) ?? {}, on.clock.now()) === 0;
    return isDue ? progressEvents(state, callId, at, words) : [];
  };
  return recordOutcome(on, propose, nextAt);
}

/** Nobody looks any more. Recorded only while the call is still where it was looked at, after its last words. */
async function whileAt(
  on: Work,
  callId: string,
  at: Call["is"]["at"],
  events: (state: State, call: Call) => EventBody[],
): Promise<Recorded> {
  const looked = { runId: on.runId, callId };
  const words = on.looks.lastWords(looked) ?? "";
  if (progressEvents(on.state, callId, at, words).length > 0) {
    await recordOutcome(on, (state) => progressEvents(state, callId, at, words));
  }
  on.looks.decided(looked);
  return recordOutcome(on, (state) => {
    const call = findCall(state, callId);
    return call?.is.at === at ? events(state, call) : [];
  });
}
