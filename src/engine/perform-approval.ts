/** Approvals: showing a call to those who may approve it, and holding its execution to what they saw. */
import { findCall } from "../core/calls.ts";
import { questionId } from "../core/closing.ts";
import { approvalFor } from "../core/decide-calls.ts";
import type { EventBody, Question } from "../core/event.ts";
import type { Call } from "../core/state.ts";
import { bindingOf } from "./binding.ts";
import { fact, type Performance, startable } from "./fact.ts";
import type { Recorded } from "./record.ts";

/** Show the call, whole, to those who may approve it. */
export async function performAskApproval(on: Performance, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  const spec = call ? on.policy.tools[call.tool] : undefined;
  if (!call || !spec) return fact(on, () => []);
  let preview: string | null;
  try {
    preview = await previewOf(on, call);
  } catch (error) {
    if (on.signal.aborted) throw error;
    const message = "What it would change can't be shown, so nobody can approve it now.";
    const failed: EventBody = { type: "call_failed", callId, code: "preview_failed", message, ms: 0 };
    return fact(on, (state) => (startable(state, callId) ? [failed] : []));
  }
  const rule = approvalFor(spec, on.state);
  const audience = rule && rule.by.length > 0 ? rule.by : on.policy.rights.approve;
  const hash = bindingOf(spec, call.input, on.state.agent.hash, preview);
  return fact(on, (state) => {
    if (!startable(state, callId)) return [];
    const question: Question = {
      id: questionId(state),
      kind: "approval",
      callId,
      text: `May I run ${call.tool}?`,
      context: null,
      choices: [],
      freeText: false,
      audience: [...audience],
      call: { tool: call.tool, input: call.input, hash, preview },
      need: rule?.count ?? 1,
    };
    return [{ type: "question_asked", question }];
  });
}

/** What people approved must be, byte for byte, what would run now: arguments, tool, agent, and what they were shown. */
export async function whyApprovalIsStale(on: Performance, call: Call): Promise<string | null> {
  const spec = on.policy.tools[call.tool];
  const settled = on.state.settled.findLast(
    (question) => question.callId === call.id && question.call !== null,
  );
  // A person's word on a doubt ("it did not: run it") is about this call as it stands in the log.
  if (!spec || !settled?.call || settled.kind === "doubt") return null;
  try {
    const preview = settled.call.preview === null ? null : await previewOf(on, call);
    const now = bindingOf(spec, call.input, on.state.agent.hash, preview);
    return now === call.approvedHash ? null : "what was shown for approval has changed since";
  } catch (error) {
    if (on.signal.aborted) throw error;
    return "what was shown for approval can't be looked at any more";
  }
}

async function previewOf(on: Performance, call: Call): Promise<string | null> {
  const key = on.toolbox.key(call.tool, call.input, { runId: on.runId, callId: call.id });
  return on.toolbox.preview(call.tool, call.input, {
    runId: on.runId,
    callId: call.id,
    key,
    signal: on.signal,
  });
}
