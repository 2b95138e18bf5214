/** Which calls people must approve, and who may. */
import type { ApprovalRule, FormerTool, Policy } from "./agent.ts";
import type { State } from "./state.ts";

/** Who must approve a call of this tool, or null: its own rule, and any `once` tool once untrusted bytes were read. */
export function approvalFor(spec: FormerTool, state: Pick<State, "readUntrusted">): ApprovalRule | null {
  if (spec.approval) return spec.approval;
  return state.readUntrusted && spec.effect === "once" ? anyApprover : null;
}

const anyApprover: ApprovalRule = { by: [], count: 1, ownRequest: true };

/**
 * The same by name, also of a tool that is gone: by the rule that it had last. One that nobody
 * knows needs an approver.
 */
export function approvalByName(
  tool: string,
  state: Pick<State, "readUntrusted">,
  policy: Pick<Policy, "tools" | "formerTools">,
): ApprovalRule | null {
  const spec = policy.tools[tool] ?? policy.formerTools?.[tool];
  return spec ? approvalFor(spec, state) : anyApprover;
}

/** The rules of who may: the tool's own, or those of the run's agent. */
export function approversOf(rule: ApprovalRule, policy: Pick<Policy, "rights">): readonly string[] {
  return rule.by.length > 0 ? rule.by : policy.rights.approve;
}
