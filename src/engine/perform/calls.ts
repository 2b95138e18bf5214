/** Carries out tool calls: intent before effect, exactly what was approved, and a question when it is in doubt. */

import { askDoubt } from "../../core/ask.ts";
import { callFailed } from "../../core/call-failure.ts";
import { decide } from "../../core/decide/decide.ts";
import type { EventBody } from "../../core/event.ts";
import type { CallOutcome, Toolbox } from "../../core/ports/toolbox.ts";
import { findCall } from "../../core/reduce/calls.ts";
import type { Call, State } from "../../core/state.ts";
import { unknownEffect } from "../../core/text/unknown-effect.ts";
import { askForTool } from "../../core/tool-question.ts";
import type { Recorded } from "../record.ts";
import { whyApprovalIsStale } from "./approval.ts";
import { keepAttachments, type Room, roomFor } from "./attachments.ts";
import { bindingOf } from "./binding.ts";
import { progressEvents, progressOf } from "./progress.ts";
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
      return recordOutcome(on, (state) => (mayStart(state, call, on) ? voided(state, call, why, on) : []));
  }
  const { key } = contextOf(on, call);
  const intent: EventBody = { type: "call_started", callId: call.id, attempt: call.attempts + 1, key };
  const begun = await recordOutcome(on, (state) => (mayStart(state, call, on) ? [intent] : []));
  if (begun.type !== "recorded" || begun.events === 0) return begun;
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

/** What was decided still holds: nobody paused, stopped or spoke, and no untrusted bytes came in between. */
function mayStart(state: State, call: Call, on: Work): boolean {
  const effect = decide(state, on.policy);
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

/** Intent without outcome. The tool may know; if it does not, a person must say, and nothing runs until then. */
export async function performReconcile(on: Work, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  if (!call) return recordOutcome(on, () => []);
  const told = await on.toolbox
    .reconcile(call.tool, call.input, contextOf(on, call))
    .catch((error: unknown) => {
      if (on.signal.aborted) throw error;
      return { type: "unknown" } as const;
    });
  const known = await keepAttachments(on, told, roomFor(on.state));
  return recordOutcome(on, (state) =>
    isUnderWay(findCall(state, callId))
      ? reconciled(state, call, known, "the process stopped while it ran", on)
      : [],
  );
}

function isUnderWay(call: Call | undefined): boolean {
  return call?.is.at === "started" || call?.is.at === "answered";
}

/**
 * What the tool knows of a call that was lost from sight becomes a fact; `why` it was lost,
 * when the tool does not know.
 */
export function reconciled(
  state: State,
  call: Call,
  known: Awaited<ReturnType<Toolbox["reconcile"]>>,
  why: string,
  on: Work,
): EventBody[] {
  const untrusted = on.policy.tools[call.tool]?.untrusted ?? true;
  switch (known.type) {
    case "finished":
      return [finished(call, known, { ms: 0, untrusted, at: on.clock.now() })];
    case "begun":
      return [{ type: "job_begun", callId: call.id, handle: known.handle }];
    case "not_done":
      return [{ type: "call_cleared", callId: call.id, reason: "the tool says that it did not happen" }];
    case "unknown":
      return doubt(state, call, why, on);
  }
}

/** The events for a call whose outcome is not known: a person is asked, or (while cancelling) the result says so. */
export function doubt(state: State, call: Call, reason: string, on: Work): EventBody[] {
  if (state.phase.at === "cancelling") {
    const message = `${unknownEffect}: ${reason}.`;
    return [callFailed(call.id, { code: "unknown_outcome", message })];
  }
  const spec = on.policy.tools[call.tool];
  const hash = spec ? bindingOf(spec, call.input, state.agent.hash, null) : "";
  const question = askDoubt({ call, hash, reason }, { state, policy: on.policy, after: 1 });
  return [
    { type: "call_doubted", callId: call.id, reason },
    { type: "question_asked", question },
  ];
}
