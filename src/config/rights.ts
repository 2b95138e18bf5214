/** Who may do what, as belay.config.ts writes it: groups of people by name, rules checked, defaults filled in. */
import { z } from "zod";
import type { Rights } from "../core/agent.ts";
import { ifMeant } from "../core/text/closest.ts";
import { ruleExamples, ruleForms } from "./channels.ts";

/** People at this machine, and whoever holds the token. All that a fresh install lets in. */
export const local: readonly string[] = ["console:*", "terminal:*", "token:*"];

/** Whoever was allowed to start a run may follow, answer and stop it; approving is never in the bargain. */
const freshInstall: Rights = {
  launch: local,
  read: [...local, "requester"],
  answer: [...local, "requester"],
  approve: local,
  control: [...local, "requester"],
};

const rules = z.array(z.string()).readonly();
const partialRights = z.strictObject({
  launch: rules.optional().describe("who may start a run"),
  read: rules.optional().describe("who may see runs"),
  answer: rules.optional().describe("who may answer questions"),
  approve: rules.optional().describe("who may approve calls; machines never"),
  control: rules.optional().describe("who may pause, resume and stop"),
});

/** `"*"` speaks of every agent; what an agent's own entry lists replaces it, list by list. */
export const rightsSchema = z.record(z.string(), partialRights);
/** Names for lists of rules: `{ oncall: ["slack:T1/U1"] }`, used as `@oncall`. */
export const peopleSchema = z.record(z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/), rules);

/** By name, as they are written. */
export type People = z.infer<typeof peopleSchema>;

/**
 * The rights of every agent, and under `"*"` those of agents that are gone. Pushes a line to `problems` for each rule
 * that can't mean anything.
 */
export function resolveRights(
  written: z.infer<typeof rightsSchema>,
  people: People,
  agents: readonly string[],
  problems: string[],
): Record<string, Rights> {
  for (const name of Object.keys(written)) {
    if (name !== "*" && !agents.includes(name)) {
      const meant = ifMeant(name, agents);
      problems.push(`agents.${name}: there is no such agent${meant}; write prompts/${name}.md or remove it`);
    }
  }
  for (const [name, members] of Object.entries(people)) checkRules(members, `people.${name}`, problems);
  const rulesOf = (agent: string, action: keyof Rights): readonly string[] => {
    const source = Object.hasOwn(written, agent) && written[agent]?.[action] ? agent : "*";
    const list = written[source]?.[action] ?? freshInstall[action];
    return expandRules(list, people, `agents.${source}.${action}`, problems);
  };
  return Object.fromEntries(
    ["*", ...agents].map((agent) => [
      agent,
      {
        launch: rulesOf(agent, "launch"),
        read: rulesOf(agent, "read"),
        answer: rulesOf(agent, "answer"),
        approve: rulesOf(agent, "approve"),
        control: rulesOf(agent, "control"),
      },
    ]),
  );
}

/** `@name` becomes the people of that name. `where` names the list in a problem. */
export function expandRules(
  list: readonly string[],
  people: People,
  where: string,
  problems: string[],
): string[] {
  const expanded = list.flatMap((rule) => {
    if (!rule.startsWith("@")) return [rule];
    const group = Object.hasOwn(people, rule.slice(1)) ? people[rule.slice(1)] : undefined;
    if (group) return group;
    const groups = Object.keys(people).map((name) => `@${name}`);
    problems.push(
      `${where}: ${JSON.stringify(rule)} is no group of \`people\`${ifMeant(rule, groups)}; display names are not ids: write the id (${ruleExamples[0]}), or list the group there, like people: { oncall: ["${ruleExamples[0]}"] }`,
    );
    return [];
  });
  checkRules(
    list.filter((rule) => !rule.startsWith("@")),
    where,
    problems,
  );
  return [...new Set(expanded)];
}

function checkRules(list: readonly string[], where: string, problems: string[]): void {
  for (const rule of list) {
    const colon = rule.indexOf(":");
    const form = ruleForms[rule.slice(0, Math.max(0, colon))];
    if (rule === "*" || rule === "requester" || form?.test(rule.slice(colon + 1))) continue;
    const known = Object.keys(ruleForms).join(", ");
    problems.push(
      `${where}: ${JSON.stringify(rule)} is no id; write <channel>:<id> with one of ${known} (${ruleExamples.join(", ")}), "requester", or a group of \`people\` as @name`,
    );
  }
}
