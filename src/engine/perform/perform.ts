/** `perform` does one effect: the only place where a run touches the world. */

import { approvalFor } from "../../core/approval-rule.ts";
import { callFailed } from "../../core/call-failure.ts";
import { sleepOf } from "../../core/control-tools.ts";
import { decide } from "../../core/decide/decide.ts";
import type { Effect } from "../../core/effect.ts";
import type { EventBody } from "../../core/event.ts";
import { never } from "../../core/never.ts";
import type { CallOutcome } from "../../core/ports/toolbox.ts";
import type { State } from "../../core/state.ts";
import type { Recorded } from "../record.ts";
import { performAskApproval } from "./approval.ts";
import { keepAttachments, named, roomFor } from "./attachments.ts";
import { performCalls } from "./calls.ts";
import { performAwaitChild, performLaunchChild } from "./child.ts";
import { performCancelJob, performPollJob, performVerify } from "./job.ts";
import { performLeave } from "./leave.ts";
import { performCallModel } from "./model.ts";
import { performReconcile } from "./reconcile.ts";
import { performEndUndo } from "./undo.ts";
import { performCancelChild } from "./with-parent.ts";
import { recordOutcome, startable, type Work } from "./work.ts";

/** Rejects with `Fenced` when the run was lost; a failure of a tool or of the model is an event. */
export async function perform(effect: Effect, on: Work): Promise<Recorded> {
  switch (effect.type) {
    case "record":
      return recordOutcome(on, () => effect.events);
    case "call_model":
      return performCallModel(on);
    case "prefetch":
      return performPrefetch(on, effect.tools);
    case "run_calls":
      return performCalls(on, effect.callIds);
    case "ask_approval":
      return performAskApproval(on, effect.callId);
    case "reconcile":
      return performReconcile(on, effect.callId);
    case "begin_sleep":
      return performSleep(on, effect.callId);
    case "launch_child":
      return performLaunchChild(on, effect.callId);
    case "poll_job":
      return performPollJob(on, effect.callId);
    case "cancel_job":
      return performCancelJob(on, effect.callId);
    case "verify_call":
      return performVerify(on, effect.callId);
    case "await_child":
      return performAwaitChild(on, effect.callId, effect.runId);
    case "end_undo":
      return performEndUndo(on, effect.end);
    case "leave":
      return performLeave(on, effect.callId);
    case "cancel_child":
      return performCancelChild(on, effect.callId, effect.runId);
    case "sleep_until":
      return recordOutcome(on, (state) =>
        effect.at <= Math.max(on.clock.now(), on.dueBy) && stillDue(state, on, effect.at) ? effect.due : [],
      );
    case "rest":
      return recordOutcome(on, () => []);
    default:
      return never(effect);
  }
}

/** What was slept for is still slept for: no event came, nobody paused or stopped the run. */
function stillDue(state: State, on: Work, at: number): boolean {
  const effect = decide(state, on.policy);
  return effect.type === "sleep_until" && effect.at === at;
}

async function performPrefetch(on: Work, tools: readonly string[]): Promise<Recorded> {
  const room = roomFor(on.state);
  const results = await Promise.all(
    tools.map(async (tool): Promise<EventBody> => {
      const spec = on.policy.tools[tool];
      // An upgrade may have made more of it than a look.
      if (!spec) return notLookedUp(tool, "this bot has no such tool");
      if (spec.effect !== "read" || approvalFor(spec, on.state)) {
        return notLookedUp(tool, "only tools that read, without an approval, are looked up at launch");
      }
      const call = { runId: on.runId, callId: `prefetch-${tool}` };
      const key = on.toolbox.key(tool, {}, call);
      const outcome = await on.toolbox.run(tool, {}, { ...call, key, epoch: on.epoch, signal: on.signal });
      const { untrusted } = spec;
      if (outcome.type === "finished") {
        const { output, attachments } = await keepAttachments(on, outcome, room);
        return { type: "prefetched", tool, output, ok: true, untrusted, ...named(attachments) };
      }
      if (on.signal.aborted) throw new Error("interrupted");
      return { type: "prefetched", tool, output: whyNot(outcome), ok: false, untrusted };
    }),
  );
  return recordOutcome(on, (state) =>
    results.filter((event) => event.type === "prefetched" && state.prefetch.includes(event.tool)),
  );
}

function notLookedUp(tool: string, why: string): EventBody {
  return { type: "prefetched", tool, output: `not available: ${why}`, ok: false, untrusted: false };
}

function whyNot(outcome: Exclude<CallOutcome, { type: "finished" }>): string {
  switch (outcome.type) {
    case "failed":
      return `not available: ${outcome.message}`;
    case "in_doubt":
      return `not available: ${outcome.reason}`;
    case "asks":
      return "not available: it asks people before it goes on";
    case "begun":
      return "not available: it takes longer than a look at launch may";
  }
}

function performSleep(on: Work, callId: string): Promise<Recorded> {
  return recordOutcome(on, (state) => {
    const call = startable(state, callId);
    if (!call) return [];
    const sleep = sleepOf(call.input);
    const message = `${call.tool} does not say how long to sleep. Choose the call again.`;
    if (sleep === null) return [callFailed(callId, { code: "invalid_input", message })];
    const until = on.clock.now() + sleep.seconds * 1000;
    return [{ type: "call_slept", callId, until, event: sleep.event }];
  });
}
