/** Carries out tool calls: intent before effect, exactly what was approved, and a question when it is in doubt. */

import type { Policy } from "../../core/agent.ts";
import { callFailed } from "../../core/call-failure.ts";
import { decide } from "../../core/decide/decide.ts";
import type { EventBody } from "../../core/event.ts";
import type { CallOutcome } from "../../core/ports/toolbox.ts";
import { findCall } from "../../core/reduce/calls.ts";
import type { Call, State } from "../../core/state.ts";
import { askForTool } from "../../core/tool-question.ts";
import type { Recorded } from "../record.ts";
import { whyApprovalIsStale } from "./approval.ts";
import { keepAttachments, type Room, roomFor } from "./attachments.ts";
import { progressEvents, progressOf } from "./progress.ts";
import { doubt, isUnderWay } from "./reconcile.ts";
import { contextOf, finished, recordOutcome, type Work } from "./work.ts";

/** Reads come together, run side by side and are recorded together; any other call comes alone. */
export async function performCalls(on: Work, callIds: readonly string[]): Promise<Recorded> {
  const calls = callIds.flatMap((id) => findCall(on.state, id) ?? []);
  const [first] = calls;
  if (!first) return recordOutcome(on, () => []);
  const isFreeRead = on.policy.tools[first.tool]?.effect === "read" && first.approvedHash === null;
  return isFreeRead ? execute(on, calls) : performCall(on, first);
}

async function performCall(on: Work, call: Call): Promise<Recorded> {
  const spec = on.policy.tools[call.tool];
  if (!spec)
    return recordOutcome(on, () => [
      callFailed(call.id, { code: "unknown_tool", message: `The tool ${call.tool} is not here any more.` }),
    ]);
  if (call.approvedHash !== null) {
    const why = await whyApprovalIsStale(on, call);
    if (why)
      return recordOutcome(on, (state, policy) =>
        mayStart(state, call, policy) ? voided(state, call, why, on) : [],
      );
  }
  const { key } = contextOf(on, call);
  const intent: EventBody = { type: "call_started", callId: call.id, attempt: call.attempts + 1, key };
  // Where it may not start, what follows from that is recorded all the same, and is no intent.
  let isIntended = false;
  const begun = await recordOutcome(on, (state, policy) => {
    isIntended = mayStart(state, call, policy);
    return isIntended ? [intent] : [];
  });
  if (begun.type !== "recorded" || begun.events === 0 || !isIntended) return begun;
  // The commit may have taken long, or the process slept: whoever took the run over may have settled this call.
  await on.lease.prove();
  return execute(on, [call]);
}

/** It is asked for anew; but what a call did before it asked people is a person's to say. */
function voided(state: State, call: Call, reason: string, on: Work): EventBody[] {
  return call.is.at === "answered"
    ? doubt(state, call, `it was begun and asked people, and then: ${reason}`, on)
    : [{ type: "approval_voided", callId: call.id, reason }];
}

/**
 * What was decided still holds: nobody paused, stopped or spoke, no untrusted bytes came in between, and no freeze began
 * before the very moment that the intent is recorded with.
 */
function mayStart(state: State, call: Call, policy: Policy): boolean {
  const effect = decide(state, policy);
  return effect.type === "run_calls" && effect.callIds.includes(call.id);
}

async function execute(on: Work, calls: readonly Call[]): Promise<Recorded> {
  const room = roomFor(on.state);
  const done = await Promise.all(calls.map((call) => executeOne(on, call, room)));
  return recordOutcome(on, (state) => {
    const events: EventBody[] = [];
    for (const { call, outcome, words, how } of done) {
      if (!findCall(state, call.id)) continue;
      events.push(...progressEvents(state, call.id, "started", words));
      events.push(...outcomeEvents(state, call, outcome, on, { ...how, after: events.length }));
    }
    return events;
  });
}

async function executeOne(on: Work, call: Call, room: Room) {
  const started = on.clock.steady();
  const { tell, over } = progressOf(on, call.id);
  const ran = await on.toolbox.run(call.tool, call.input, { ...contextOf(on, call), progress: tell });
  const words = await over();
  // Stopped in the middle: what is in the log (an intent or nothing) decides how the next worker goes on.
  if (on.signal.aborted && ran.type !== "finished") throw new Error("interrupted");
  const outcome = await keepAttachments(on, ran, room);
  const untrusted = on.policy.tools[call.tool]?.untrusted ?? true;
  return { call, outcome, words, how: { ms: Math.round(on.clock.steady() - started), untrusted } };
}

function outcomeEvents(
  state: State,
  call: Call,
  outcome: CallOutcome,
  on: Work,
  { after, ...how }: { ms: number; untrusted: boolean; after: number },
): EventBody[] {
  switch (outcome.type) {
    case "finished":
      return [finished(call, outcome, { ...how, at: on.clock.now() })];
    case "begun":
      return [{ type: "job_begun", callId: call.id, handle: outcome.handle }];
    case "asks":
      return suspended(state, call, outcome, on, after);
    case "failed": {
      // Chosen again it would have another key: what an attempt before the change did would be done twice.
      const wasBegun = isUnderWay(call) && on.policy.tools[call.tool]?.effect !== "read";
      return outcome.unrun && wasBegun
        ? doubt(state, call, "it was begun, and the tool has changed since", on)
        : [callFailed(call.id, outcome, how)];
    }
    case "in_doubt":
      // Whether a read happened makes no difference to the world.
      return on.policy.tools[call.tool]?.effect === "read"
        ? [callFailed(call.id, { code: "tool_error", message: outcome.reason }, how)]
        : doubt(state, call, outcome.reason, on);
  }
}

/** People are asked, and the call rests until they have answered; one that is being stopped asks nobody any more. */
function suspended(
  state: State,
  call: Call,
  { ask, held }: Extract<CallOutcome, { type: "asks" }>,
  on: Work,
  after: number,
): EventBody[] {
  if (state.phase.at === "cancelling") {
    const message = "It asked people before it could go on, and the run was being stopped.";
    return [callFailed(call.id, { code: "unknown_outcome", message })];
  }
  const question = askForTool(call.id, ask, { state, policy: on.policy, after: after + 1 });
  return [
    { type: "call_suspended", callId: call.id, held },
    { type: "question_asked", question },
  ];
}
