/** Approvals: showing a call to those who may approve it, and holding its execution to what they saw. */
import { isSamePerson } from "../../core/actor.ts";
import type { ToolSpec } from "../../core/agent.ts";
import { approvalFor, approversOf } from "../../core/approval-rule.ts";
import { askApproval } from "../../core/ask.ts";
import { callFailed } from "../../core/call-failure.ts";
import { argumentOrigins } from "../../core/origin/trace.ts";
import { type ArgumentOrigin, notLookedFor } from "../../core/question.ts";
import { findCall } from "../../core/reduce/calls.ts";
import type { Approver, Call } from "../../core/state.ts";
import { brief } from "../../core/text/brief.ts";
import { whyUndone } from "../../core/undo.ts";
import type { Recorded } from "../record.ts";
import { bindingOf } from "./binding.ts";
import { tellUndoAsked } from "./undo.ts";
import { contextOf, recordOutcome, startable, type Work } from "./work.ts";

/** Show the call, whole, to those who may approve it. */
export async function performAskApproval(on: Work, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  const spec = call ? on.policy.tools[call.tool] : undefined;
  if (!call || !spec) return recordOutcome(on, () => []);
  await tellUndoAsked(on.record, on.state);
  const absence = on.toolbox.absence(call.tool);
  if (absence?.code === "changed") {
    const message = `Nobody can approve this: ${absence.words}`;
    const failed = callFailed(callId, { code: "preview_failed", message });
    return recordOutcome(on, (state) => (startable(state, callId) ? [failed] : []));
  }
  let preview: string | null;
  try {
    preview = await previewOf(on, call);
  } catch (error) {
    if (on.signal.aborted) throw error;
    const message = `What it would change can't be shown, so nobody can approve it now: ${reasonOf(error)}`;
    const how = { ms: 0, untrusted: spec.untrusted };
    const failed = callFailed(callId, { code: "preview_failed", message }, how);
    return recordOutcome(on, (state) => (startable(state, callId) ? [failed] : []));
  }
  const hash = bindingOf(spec, call.input, on.state.agent.hash, preview);
  const rule = approvalFor(spec, on.state);
  const origins = rule?.unseen === "allow" ? [] : await originsOf(on, call, spec);
  const unseen = origins.filter(({ standing }) => standing === "nowhere");
  if (rule?.unseen === "refuse" && unseen.length > 0) {
    const refused = callFailed(callId, { code: "unseen_value", message: unseenInWords(unseen) });
    return recordOutcome(on, (state) => (startable(state, callId) ? [refused] : []));
  }
  return recordOutcome(on, (state) => {
    if (!startable(state, callId)) return [];
    const why = whyUndone(state, call);
    const question = askApproval({ call, hash, preview, origins, why }, { state, policy: on.policy });
    return [{ type: "question_asked", question }];
  });
}

/**
 * What people approved must be, byte for byte, what would run now: arguments, tool, agent, and what they were shown.
 */
export async function whyApprovalIsStale(on: Work, call: Call): Promise<string | null> {
  const spec = on.policy.tools[call.tool];
  const absence = on.toolbox.absence(call.tool);
  if (absence?.code === "changed") return absence.words;
  const settled = on.state.settled.findLast(
    (question) => question.callId === call.id && question.call !== null,
  );
  if (!spec || !settled?.call) return "what was approved can't be found any more";
  const gone = settled.approvedBy.find((approver) => !mayStillApprove(approver, spec, on));
  if (gone) return `${gone.name} may not approve this any more`;
  const needed = approvalFor(spec, on.state)?.count ?? 1;
  if (settled.kind === "approval" && settled.approvedBy.length < needed)
    return `it takes ${needed} people now`;
  try {
    const preview = settled.call.preview === null ? null : await previewOf(on, call);
    const now = bindingOf(spec, call.input, on.state.agent.hash, preview);
    return now === call.approvedHash ? null : "what was shown for approval has changed since";
  } catch (error) {
    if (on.signal.aborted) throw error;
    return "what was shown for approval can't be looked at any more";
  }
}

/** Groups are known at the click alone, so what is looked at is whether the rule that counted then still counts. */
function mayStillApprove({ principal, rule }: Approver, spec: ToolSpec, on: Work): boolean {
  const needed = approvalFor(spec, on.state);
  if (!needed) return true;
  if (!needed.ownRequest && isSamePerson(principal, on.state.from.principal)) return false;
  return rule === undefined || approversOf(needed, on.policy).includes(rule);
}

/** The tool's own words, for the model: it can look, or choose other arguments. */
function reasonOf(error: unknown): string {
  return brief(error instanceof Error ? error.message : String(error), 500);
}

async function originsOf(on: Work, call: Call, { schema }: ToolSpec): Promise<ArgumentOrigin[]> {
  const { look } = await on.seen(on.runId);
  return argumentOrigins(call.input, look, schema);
}

function unseenInWords(unseen: readonly ArgumentOrigin[]): string {
  const paths = unseen.map(({ path }) => path).join(", ");
  const isTooMuch = unseen.some(({ words }) => words === notLookedFor);
  const fewer = isTooMuch ? ` Some were ${notLookedFor}; give fewer at once.` : "";
  return `Not asked for: ${paths} holds a value that stands in no message and in no result. Look it up, or ask a person.${fewer}`;
}

async function previewOf(on: Work, call: Call): Promise<string | null> {
  return on.toolbox.preview(call.tool, call.input, contextOf(on, call));
}
