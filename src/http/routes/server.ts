/** What the server says about itself: agents, tools, sources of runs, refusals, health. */
import type { Actor, Principal } from "../../core/actor.ts";
import { authorize } from "../../core/admit/authorize.ts";
import { listedRuns, mayReadRow } from "../../core/store/listed-runs.ts";
import { callerOf } from "../guard/auth.ts";
import type { Server } from "../guard/context.ts";
import { healthOf, ifAnswered } from "../view/health.ts";
import { askedOf, metricsOf, metricsText, metricsType } from "../view/metrics.ts";
import type { AgentList, ToolList } from "../wire/server.ts";
import type { LastRun, ScheduleInfo, WebhookInfo } from "../wire/sources.ts";
import { approvalsOf, refusalsOf } from "./decisions.ts";
import type { Handlers } from "./route.ts";

type ServerRoutes = Pick<
  Handlers,
  "agents" | "tools" | "webhooks" | "schedules" | "approvals" | "refusals" | "health" | "metrics"
>;

/** `health` is open: a caller that is not known gets the status alone, 200 while the server takes work, else 503. */
export function serverRoutes(server: Server): ServerRoutes {
  const { config } = server;
  return {
    agents: (c) => c.json(agentsFor(server, callerOf(c).actor)),
    tools: (c) => c.json(tools(server)),
    webhooks: async (c) => {
      const { actor } = callerOf(c);
      const webhooks = config.webhooks.map(async (hook): Promise<WebhookInfo> => {
        const url = config.publicUrl === null ? null : `${config.publicUrl.replace(/\/+$/, "")}${hook.path}`;
        return { ...hook, url, last_run: await lastRunOf(server, actor, `webhook:${hook.name}`) };
      });
      return c.json({ webhooks: await Promise.all(webhooks) });
    },
    schedules: async (c) => {
      const { actor } = callerOf(c);
      const schedules = config.schedules().map(
        async (schedule): Promise<ScheduleInfo> => ({
          ...schedule,
          last_run: await lastRunOf(server, actor, `schedule:${schedule.name}`),
        }),
      );
      return c.json({ schedules: await Promise.all(schedules) });
    },
    approvals: async (c, { query }) => c.json(await approvalsOf(server, query)),
    refusals: async (c, { query }) => c.json(await refusalsOf(server, query)),
    health: async (c) => {
      const health = await healthOf(server, c.get("caller")?.actor ?? null);
      const takesWork = health.status === "ok" || health.status === "degraded";
      return c.json(health, takesWork ? 200 : 503);
    },
    metrics: async (c) => {
      const health = await healthOf(server, callerOf(c).actor);
      // Answered also when the database is away: that is what whoever watches wants to know.
      const asked = health.database?.answers
        ? await ifAnswered(server, () => askedOf(server.engine.store))
        : null;
      return c.body(metricsText(metricsOf(health, asked)), 200, { "Content-Type": metricsType });
    },
  };
}

async function lastRunOf(server: Server, actor: Actor, principal: Principal): Promise<LastRun> {
  const [row] = await server.engine.store.runs({ principal, limit: 1 });
  if (!row || !mayReadRow(server.engine, actor, row)) return null;
  const [listed] = await listedRuns(server.engine.store, [row]);
  return {
    ...{ id: row.runId, at: row.launchedAt, status: row.status },
    for_approval: listed?.forApproval ?? false,
  };
}

function agentsFor({ engine, config }: Server, actor: Actor): AgentList {
  const isAdmin = actor.scopes === undefined || actor.scopes.includes("admin");
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
        instructions: isAdmin ? agent.instructions : null,
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
