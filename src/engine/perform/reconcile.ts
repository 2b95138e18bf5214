/** A call that was begun and lost from sight: its tool is asked what became of it, and then a person. */
import type { Policy } from "../../core/agent.ts";
import { askDoubt } from "../../core/ask.ts";
import { callFailed } from "../../core/call-failure.ts";
import { decide } from "../../core/decide/decide.ts";
import type { EventBody } from "../../core/event.ts";
import { freezeInWords, heldBy } from "../../core/freeze.ts";
import type { Toolbox } from "../../core/ports/toolbox.ts";
import { findCall } from "../../core/reduce/calls.ts";
import type { Call, State } from "../../core/state.ts";
import { unknownEffect } from "../../core/text/unknown-effect.ts";
import type { Recorded } from "../record.ts";
import { keepAttachments, roomFor } from "./attachments.ts";
import { bindingOf } from "./binding.ts";
import { contextOf, finished, recordOutcome, type Work } from "./work.ts";

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
  return recordOutcome(on, (state, policy) => {
    const now = findCall(state, callId);
    if (!now || !isUnderWay(now)) return [];
    const next = decide(state, policy);
    // The freeze that kept it from going on is over.
    if (known.type === "unknown" && next.type === "run_calls" && next.callIds.includes(callId)) return [];
    return reconciled(state, call, known, whyLost(now, state, policy), on);
  });
}

function whyLost(call: Call, state: State, policy: Policy): string {
  const freeze = call.is.at === "answered" ? heldBy(call, state, policy) : null;
  return freeze === null
    ? "the process stopped while it ran"
    : `it was begun and asked people, and now ${freezeInWords(freeze)}`;
}

export function isUnderWay(call: Call | undefined): boolean {
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
