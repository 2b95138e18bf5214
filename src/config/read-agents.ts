/** The agents of the prompts with their rights and freezes, held to what the rest of the configuration names. */
import type { Agent, FreezeRule, Rights } from "../core/agent.ts";
import { botToolsDeclared } from "../tools/bot-tools.ts";
import type { Tool } from "../tools/contract.ts";
import { loadAgents } from "./agents.ts";
import { checkAgentNames, specsOf } from "./checks.ts";
import type { ConfigFile } from "./file.ts";
import { resolveFreezes } from "./freezes.ts";
import { checkUnique, type Triggers, triggerRights } from "./resolve-triggers.ts";
import { resolveRights } from "./rights.ts";

/** Pushes a line to `problems` for whatever can't work. `tools`: null when they could not be read. */
export function readAgents(
  file: ConfigFile,
  root: string,
  tools: readonly Tool[] | null,
  triggers: Triggers,
  problems: string[],
): { agents: Agent[]; rights: Record<string, Rights>; freezes: FreezeRule[] } {
  const before = problems.length;
  const known = tools && [...tools, ...botToolsDeclared];
  const specs = known && specsOf(known);
  const agents = loadAgents(root, specs, problems);
  // An agent that could not be read is told of once, not again by everything that names it.
  if (problems.length > before) return { agents, rights: {}, freezes: [] };
  checkAgentNames(file, agents, problems);
  checkUnique("freezes", file.freezes, problems);
  const names = agents.map((agent) => agent.name);
  const rights = Object.entries(resolveRights(file.agents, file.people, names, problems));
  return {
    agents,
    freezes: resolveFreezes(file, { tools: known, agents: names }, problems),
    rights: Object.fromEntries(rights.map(([name, own]) => [name, triggerRights(own, name, triggers)])),
  };
}
