/** Whether a freeze keeps a call from beginning, and how that is said. */
import type { ApprovalRule, Freeze, Policy, ToolSpec } from "./agent.ts";
import { approvalByName, approvalFor, knownTool, mayStillApprove } from "./approval-rule.ts";
import type { Question } from "./question.ts";
import type { Call, State } from "./state.ts";
import { count } from "./text/count.ts";
import { timeInWords } from "./text/time.ts";

/** null: the call may begin. Of several freezes one that nothing can be approved in comes first. */
export function heldBy(
  call: Pick<Call, "id" | "number" | "tool" | "undoes" | "approvedHash">,
  state: Pick<State, "settled" | "from">,
  policy: Policy,
): Freeze | null {
  const holding = covering(call, policy).filter((freeze) => !isApprovedFor(freeze, call, state, policy));
  return holding.find(({ approval }) => approval === null) ?? holding[0] ?? null;
}

/** What was done may be undone at any time, by a press of Undo. */
function covering({ tool, undoes }: Pick<Call, "tool" | "undoes">, policy: Policy): readonly Freeze[] {
  if (undoes !== undefined || knownTool(tool, policy)?.effect === "read") return [];
  return (policy.freezes ?? []).filter(({ tools }) => tools.length === 0 || tools.includes(tool));
}

/**
 * Approved on a card that named this freeze and this end of it; whatever was approved otherwise does not count, nor what
 * was approved before a doubt: whoever says that a call did not run need not be one whom the freeze asks.
 */
function isApprovedFor(
  { name, until, approval }: Freeze,
  call: Pick<Call, "id" | "number" | "approvedHash">,
  state: Pick<State, "settled" | "from">,
  policy: Policy,
): boolean {
  if (approval === null || call.approvedHash === null) return false;
  const doubt = state.settled.findLastIndex(({ callId, kind }) => callId === call.id && kind === "doubt");
  const given = state.settled
    .slice(doubt + 1)
    .findLast(
      ({ callId, freeze, outcome, call: shown }) =>
        callId === call.id &&
        freeze?.callNumber === call.number &&
        freeze.name === name &&
        freeze.until === until &&
        outcome.kind === "approved" &&
        shown?.hash === call.approvedHash,
    );
  if (given === undefined) return false;
  const standing = given.approvedBy.filter((one) => mayStillApprove(one, approval, state, policy));
  // The card may have asked for more than the rule's own count: for a value from untrusted text.
  return standing.length >= Math.max(approval.count, given.need);
}

/** A freeze, and which of the run's calls is to begin in spite of it. */
export type CallInFreeze = Freeze & Pick<NonNullable<Question["freeze"]>, "callNumber">;

/** The next approval that a call takes before it may begin, the tool's own before that of a freeze; null: none. */
export function approvalWanted(
  call: Call,
  spec: ToolSpec,
  state: State,
  policy: Policy,
): { rule: ApprovalRule; freeze: CallInFreeze | null } | null {
  const own = call.is.at === "approved" ? null : approvalFor(spec, state);
  if (own) return { rule: own, freeze: null };
  const freeze = heldBy(call, state, policy);
  const asked = freeze && { ...freeze, callNumber: call.number };
  return asked?.approval ? { rule: asked.approval, freeze: asked } : null;
}

/**
 * By which rule a question about a call is settled: that of its freeze while that holds, else its tool's. Where the tool
 * asks nobody, whom the card names can still settle it.
 */
export function ruleOf(
  { call, freeze }: Pick<Question, "call" | "freeze">,
  state: Pick<State, "readUntrusted">,
  policy: Pick<Policy, "tools" | "toolsElsewhere" | "formerTools" | "freezes" | "freezeRules">,
): ApprovalRule | null {
  const named = (rules: Policy["freezeRules"] = []) =>
    (freeze && rules.find(({ name }) => name === freeze.name)?.approval) ?? null;
  const own = call && approvalByName(call.tool, state, policy);
  return named(policy.freezes) ?? own ?? named(policy.freezeRules);
}

/** `the freeze "black friday" holds until 30 Nov 2026, 09:00 UTC+01:00 (the shop is full)` */
export function freezeInWords({ name, until, zone, reason }: Omit<Freeze, "left">): string {
  const why = reason === null ? "" : ` (${reason})`;
  return `the freeze "${name}" holds until ${timeInWords(until, zone)}${why}`;
}

/** For the model and the thread: the call gets it in place of a result. */
export function notInFreeze(freeze: Freeze, { approvedHash }: Pick<Call, "approvedHash">): string {
  const before = approvedHash === null ? "" : " It was approved, but not for the freeze.";
  const seconds = count(Math.ceil(freeze.left / 1000));
  return `Not run: ${freezeInWords(freeze)}.${before} That is in ${seconds} seconds: tell who asked, or sleep until then and choose the call again.`;
}
