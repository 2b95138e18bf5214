/** Approvals: showing a call to those who may approve it, and holding its execution to what they saw. */
import type { Freeze, Policy, ToolSpec } from "../../core/agent.ts";
import { approvalFor, mayStillApprove } from "../../core/approval-rule.ts";
import { askApproval } from "../../core/ask.ts";
import { callFailed } from "../../core/call-failure.ts";
import { decide } from "../../core/decide/decide.ts";
import type { EventBody } from "../../core/event.ts";
import { approvalWanted } from "../../core/freeze.ts";
import { argumentOrigins } from "../../core/origin/trace.ts";
import { type ArgumentOrigin, notLookedFor } from "../../core/question.ts";
import { findCall } from "../../core/reduce/calls.ts";
import type { Call, State } from "../../core/state.ts";
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
  const { rule, freeze } = approvalWanted(call, spec, on.state, on.policy) ?? { rule: null, freeze: null };
  const unlessOver = (failed: EventBody) =>
    recordOutcome(on, (state, policy) =>
      isAskedStill(state, call, { spec, policy, freeze }) ? [failed] : [],
    );
  const absence = on.toolbox.absence(call.tool);
  if (absence?.code === "changed") {
    const message = `Nobody can approve this: ${absence.words}`;
    return unlessOver(callFailed(callId, { code: "preview_failed", message }));
  }
  let preview: string | null;
  try {
    preview = await previewOf(on, call);
  } catch (error) {
    if (on.signal.aborted) throw error;
    const message = `What it would change can't be shown, so nobody can approve it now: ${reasonOf(error)}`;
    const how = { ms: 0, untrusted: spec.untrusted };
    return unlessOver(callFailed(callId, { code: "preview_failed", message }, how));
  }
  const hash = bindingOf(spec, call.input, on.state.agent.hash, preview);
  if (call.is.at === "approved" && hash !== call.approvedHash) {
    const reason = "what was shown for approval has changed since";
    return recordOutcome(on, (state) =>
      startable(state, callId) ? [{ type: "approval_voided", callId, reason }] : [],
    );
  }
  const origins = rule?.unseen === "allow" ? [] : await originsOf(on, call, spec);
  const unseen = origins.filter(({ standing }) => standing === "nowhere");
  if (rule?.unseen === "refuse" && unseen.length > 0) {
    return unlessOver(callFailed(callId, { code: "unseen_value", message: unseenInWords(unseen) }));
  }
  return recordOutcome(on, (state, policy) => {
    if (!isAskedStill(state, call, { spec, policy, freeze })) return [];
    const why = whyUndone(state, call);
    const question = askApproval({ call, hash, preview, origins, why, freeze }, { state, policy });
    return [{ type: "question_asked", question }];
  });
}

/** A freeze that began or ended while the call was looked at is decided on anew. */
function isAskedStill(
  state: State,
  { id }: Call,
  { spec, policy, freeze }: { spec: ToolSpec; policy: Policy; freeze: Freeze | null },
): boolean {
  const now = findCall(state, id);
  const effect = decide(state, policy);
  if (!now || effect.type !== "ask_approval" || effect.callId !== id) return false;
  const wanted = approvalWanted(now, spec, state, policy)?.freeze;
  return wanted?.name === freeze?.name && wanted?.until === freeze?.until;
}

/**
 * What people approved must be, byte for byte, what would run now: arguments, tool, agent, and what they were shown.
 */
export async function whyApprovalIsStale(on: Work, call: Call): Promise<string | null> {
  const spec = on.policy.tools[call.tool];
  const absence = on.toolbox.absence(call.tool);
  if (absence?.code === "changed") return absence.words;
  // A doubt, and an earlier call with this id, had other bytes than these.
  const all = on.state.settled.filter(
    (question) => question.callId === call.id && question.call?.hash === call.approvedHash,
  );
  // What was approved for a freeze is looked at where the freeze is.
  const own = all.findLast(({ freeze }) => freeze === undefined);
  const settled = own ?? all.at(-1);
  if (!spec || !settled?.call) return "what was approved can't be found any more";
  const needed = approvalFor(spec, on.state);
  if (needed && !own) return "it takes an approval without a freeze as well now";
  const { state, policy } = on;
  const gone = own?.approvedBy.find((one) => needed && !mayStillApprove(one, needed, state, policy));
  if (gone) return `${gone.name} may not approve this any more`;
  const count = needed?.count ?? 1;
  if (settled.kind === "approval" && settled.approvedBy.length < count) return `it takes ${count} people now`;
  try {
    const preview = settled.call.preview === null ? null : await previewOf(on, call);
    const now = bindingOf(spec, call.input, on.state.agent.hash, preview);
    return now === call.approvedHash ? null : "what was shown for approval has changed since";
  } catch (error) {
    if (on.signal.aborted) throw error;
    return "what was shown for approval can't be looked at any more";
  }
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
