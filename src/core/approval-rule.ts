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

/** This bot does not have the tool of the call that is asked about: nothing can be approved until it is back. */
export function isToolGone({ call }: Pick<Question, "call">, { tools }: Pick<Policy, "tools">): boolean {
  return call !== null && !Object.hasOwn(tools, call.tool);
}
