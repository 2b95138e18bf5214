/** Approvals that can never come together: a tool or a freeze asks for more different people than the lists name. */
import type { Agent, ApprovalRule, FreezeRule, Rights, ToolSpec } from "../core/agent.ts";
import type { ConfigFile } from "./file.ts";

interface Lists {
  agents: readonly Agent[];
  rights: Readonly<Record<string, Rights>>;
  tokens: ConfigFile["tokens"];
}

/**
 * One line for each tool and each freeze, with the first agent that it is of; what groups and whole channels hold, nobody
 * here knows.
 */
export function approverWarnings(
  tools: readonly { spec: ToolSpec }[],
  freezes: readonly FreezeRule[],
  lists: Lists,
): string[] {
  const ofTools = tools.map(({ spec: { name, approval } }) => ({
    at: `tools.${name}.requiresApproval`,
    approval,
    isOf: (agent: Agent) => agent.tools.includes(name),
  }));
  const ofFreezes = freezes.map(({ name, approval, agents }) => ({
    at: `freezes.${name}.approval`,
    approval,
    isOf: (agent: Agent) => agents.length === 0 || agents.includes(agent.name),
  }));
  return [...ofTools, ...ofFreezes].flatMap(({ at, approval, isOf }) => {
    if (!approval) return [];
    for (const agent of lists.agents.filter(isOf)) {
      const rights = lists.rights[agent.name];
      const lack = rights ? lackOf(approval, rights, lists.tokens) : null;
      if (lack !== null) return [`${at}: ${lack} for runs of ${agent.name}`];
    }
    return [];
  });
}

/** null: there are enough. */
function lackOf(
  { by, count, ownRequest }: ApprovalRule,
  { approve, launch }: Rights,
  tokens: Lists["tokens"],
): string | null {
  const approvers = by.length > 0 ? by : approve;
  const listed = peopleIn(approvers, tokens);
  // Whoever starts a run can't be the last of them.
  const startsOwn = !ownRequest && launch.length > 0 && launch.every((rule) => approvers.includes(rule));
  if (listed >= count + (startsOwn ? 1 : 0)) return null;
  const others = startsOwn ? " besides whoever starts the run" : "";
  const remedy = by.length > 0 ? "name more in `by`" : "name more in `approve`, or in `by`";
  return `it needs ${count} different people${others}, and the lists name ${listed}; ${remedy}, or no call is ever approved`;
}

/** The console, the terminal and the owner's token are one person. Machines approve nothing. */
function peopleIn(rules: readonly string[], tokens: Lists["tokens"]): number {
  const people = new Set<string>();
  for (const rule of rules) {
    if (/^(console|terminal):/.test(rule) || rule === "token:local") people.add("owner");
    else if (rule === "token:*") for (const one of ["owner", ...approving(tokens)]) people.add(one);
    else if (rule.endsWith("*") || /\/(group|role):/.test(rule)) return Number.POSITIVE_INFINITY;
    else if (!/^(webhook|schedule):/.test(rule)) people.add(rule);
  }
  return people.size;
}

function approving(tokens: Lists["tokens"]): string[] {
  const able = tokens.filter(({ scopes }) => scopes.includes("approve") || scopes.includes("admin"));
  return able.map(({ name }) => `token:${name}`);
}
