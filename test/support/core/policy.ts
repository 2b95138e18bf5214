/** One tool of each kind, the policy under which a run of the core has them, and the people who speak to it. */
import { z } from "zod";
import type { Actor } from "../../../src/core/actor.ts";
import type { Agent, Policy } from "../../../src/core/agent.ts";
import { controlTools } from "../../../src/tools/control-tools.ts";
import { defineTool } from "../../../src/tools/define-tool.ts";
import { mathTools } from "../../../src/tools/math.ts";
import { agent, openRights } from "../bot.ts";

const done = () => "done";
const input = z.object({ version: z.string() });

/** One tool of each kind; they are never run here. */
const tools = [
  ...controlTools,
  ...mathTools,
  defineTool({ name: "look", description: "Look.", input, effect: "read", run: done }),
  defineTool({
    name: "fetch",
    description: "Read a page.",
    input,
    effect: "read",
    untrusted: true,
    run: done,
  }),
  defineTool({ name: "tag", description: "Tag.", input, effect: "idempotent", run: done }),
  defineTool({
    name: "restart",
    description: "Restart.",
    input,
    effect: "once",
    requiresApproval: false,
    run: done,
  }),
  defineTool({ name: "deploy", description: "Deploy.", input, effect: "once", run: done }),
  defineTool({
    name: "destroy",
    description: "Destroy.",
    input,
    effect: "once",
    requiresApproval: { by: ["slack:T1/*"], count: 2, ownRequest: false },
    run: done,
  }),
];

export function policyWith(change: Partial<Agent["limits"]> = {}, rights = openRights): Policy {
  const known = agent();
  return {
    agent: { ...known, tools: tools.map((tool) => tool.spec.name), limits: { ...known.limits, ...change } },
    tools: Object.fromEntries(tools.map((tool) => [tool.spec.name, tool.spec])),
    rights,
  };
}

export const person = (name: string, change: Partial<Actor> = {}): Actor => ({
  principal: `slack:T1/${name}`,
  name,
  groups: [],
  guest: false,
  kind: "person",
  ...change,
});
export const dana = person("dana");
export const oncall = person("oncall");
/** Where all of them speak. */
export const via = { channel: "slack" };
/** Dana, as an event names who spoke. */
export const from = { principal: dana.principal, name: dana.name };
