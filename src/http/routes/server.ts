/** What the server says about itself: agents, tools, sources of runs, refusals, health. */
import { authorize } from "../../core/admit/authorize.ts";
import { callerOf } from "../guard/auth.ts";
import type { Server } from "../guard/context.ts";
import { healthOf } from "../view/health.ts";
import type { AgentList, RefusalList, ToolList } from "../wire/server.ts";
import type { Handlers } from "./route.ts";

type ServerRoutes = Pick<Handlers, "agents" | "tools" | "webhooks" | "schedules" | "refusals" | "health">;

/** `health` is open: a caller that is not known gets the status alone, 200 while the server takes work, else 503. */
export function serverRoutes(server: Server): ServerRoutes {
  const { engine, config } = server;
  return {
    agents: (c) => c.json(agentsFor(server, callerOf(c).actor)),
    tools: (c) => c.json(tools(server)),
    webhooks: (c) => c.json({ webhooks: config.webhooks }),
    schedules: (c) => c.json({ schedules: config.schedules() }),
    refusals: async (c) => {
      const rows = await engine.store.audits(500);
      const list: RefusalList = {
        refusals: rows
          .filter((row) => row.decision === "refused")
          .map(({ at, principal, action, resource, rule }) => ({ at, principal, action, resource, rule })),
      };
      return c.json(list);
    },
    health: async (c) => {
      const health = await healthOf(server, c.get("caller") !== null);
      const takesWork = health.status === "ok" || health.status === "degraded";
      return c.json(health, takesWork ? 200 : 503);
    },
  };
}

function agentsFor({ engine, config }: Server, actor: Parameters<typeof authorize>[1]): AgentList {
  return {
    agents: engine.agents.map((agent) => {
      const policy = engine.policyOf(agent.name);
      return {
        name: agent.name,
        description: agent.description,
        model: agent.model,
        tools: agent.tools,
        hand_off: agent.handOff,
        steps: agent.limits.steps,
        may_launch: policy !== null && authorize("launch", actor, policy.rights, null).allowed,
        hash: agent.hash,
      };
    }),
    default: config.defaultAgent,
  };
}

function tools({ engine }: Server): ToolList {
  return {
    tools: Object.values(engine.toolbox.specs).map(
      ({ name, description, schema, effect, approval, preview, untrusted }) => ({
        name,
        description,
        schema,
        effect,
        approval: approval && {
          by: [...approval.by],
          count: approval.count,
          own_request: approval.ownRequest,
        },
        preview,
        untrusted,
      }),
    ),
  };
}
