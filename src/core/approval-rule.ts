/** Which calls people must approve, who may, and of which nobody can. */
import { isSamePerson } from "./actor.ts";
import type { ApprovalRule, FormerTool, Policy } from "./agent.ts";
import type { Question } from "./question.ts";
import type { Approver, State } from "./state.ts";

/** Who must approve a call of this tool, or null: its own rule, and any `once` tool once untrusted bytes were read. */
export function approvalFor(spec: FormerTool, state: Pick<State, "readUntrusted">): ApprovalRule | null {
  if (spec.approval) return spec.approval;
  return state.readUntrusted && spec.effect === "once" ? anyApprover : null;
}

const anyApprover: ApprovalRule = { by: [], count: 1, ownRequest: true };

/**
 * The same by name, also of a tool that only another process has, and of one that is gone: by the rule that it had
 * last. One that nobody knows needs an approver.
 */
export function approvalByName(
  tool: string,
  state: Pick<State, "readUntrusted">,
  policy: KnownTools,
): ApprovalRule | null {
  const spec = knownTool(tool, policy);
  return spec ? approvalFor(spec, state) : anyApprover;
}

/** As it is here, with another process, or as it was last. */
export function knownTool(tool: string, policy: KnownTools): FormerTool | undefined {
  return policy.tools[tool] ?? policy.toolsElsewhere?.[tool] ?? policy.formerTools?.[tool];
}

type KnownTools = Pick<Policy, "tools" | "toolsElsewhere" | "formerTools">;

/** The rules of who may: the tool's own, or those of the run's agent. */
export function approversOf(rule: ApprovalRule, policy: Pick<Policy, "rights">): readonly string[] {
  return rule.by.length > 0 ? rule.by : policy.rights.approve;
}

/** Groups are known at the click alone, so what is looked at is whether the rule that counted then still counts. */
export function mayStillApprove(
  { principal, rule }: Approver,
  needed: ApprovalRule,
  { from }: Pick<State, "from">,
  policy: Pick<Policy, "rights">,
): boolean {
  if (!needed.ownRequest && isSamePerson(principal, from.principal)) return false;
  return rule === undefined || approversOf(needed, policy).includes(rule);
}

/** Another process has this tool, and this one has not. */
export function isElsewhere(
  tool: string,
  { tools, toolsElsewhere = {} }: Pick<Policy, "tools" | "toolsElsewhere">,
): boolean {
  return !Object.hasOwn(tools, tool) && Object.hasOwn(toolsElsewhere, tool);
}

/** No process has the tool of the call that is asked about: nothing can be approved until it is back. */
export function isToolGone(
  { call }: Pick<Question, "call">,
  policy: Pick<Policy, "tools" | "toolsElsewhere">,
): boolean {
  return call !== null && !Object.hasOwn(policy.tools, call.tool) && !isElsewhere(call.tool, policy);
}
