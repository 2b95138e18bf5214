/** Which calls people must approve, who may, and of which nobody can. */
import type { ApprovalRule, FormerTool, Policy } from "./agent.ts";
import type { Question } from "./question.ts";
import type { State } from "./state.ts";

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
  { tools, toolsElsewhere, formerTools }: Pick<Policy, "tools" | "toolsElsewhere" | "formerTools">,
): ApprovalRule | null {
  const spec = tools[tool] ?? toolsElsewhere?.[tool] ?? formerTools?.[tool];
  return spec ? approvalFor(spec, state) : anyApprover;
}

/** The rules of who may: the tool's own, or those of the run's agent. */
export function approversOf(rule: ApprovalRule, policy: Pick<Policy, "rights">): readonly string[] {
  return rule.by.length > 0 ? rule.by : policy.rights.approve;
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
