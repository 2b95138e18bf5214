/** Whether this bot has the tool of a call that people are asked about: without it nothing can be approved. */
import type { Policy } from "./agent.ts";
import type { Question } from "./question.ts";

/** By the tools of today; a question of no call has no tool that could be gone. */
export function isToolGone({ call }: Pick<Question, "call">, { tools }: Pick<Policy, "tools">): boolean {
  return call !== null && !Object.hasOwn(tools, call.tool);
}
