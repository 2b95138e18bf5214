/** Which calls people must approve, and who may. */
import type { ApprovalRule, Policy, ToolSpec } from "./agent.ts";
import type { State } from "./state.ts";

/** Who must approve a call of this tool, or null: its own rule, and any `once` tool once untrusted bytes were read. */
export function approvalFor(spec: ToolSpec, state: Pick<State, "tainted">): ApprovalRule | null {
  if (spec.approval) return spec.approval;
  return state.tainted && spec.effect === "once" ? { by: [], count: 1, ownRequest: true } : null;
}

/** The rules of who may: the tool's own, or those of the run's agent. */
export function approversOf(rule: ApprovalRule, policy: Pick<Policy, "rights">): readonly string[] {
  return rule.by.length > 0 ? rule.by : policy.rights.approve;
}
