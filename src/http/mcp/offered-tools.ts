/** The team's own tools that this bot offers: a call becomes a run of exactly that one call. */
import type { ToolSpec } from "../../core/agent.ts";
import { ownArguments } from "../../core/text/mcp-names.ts";
import { checkData } from "../guard/body.ts";
import type { Server } from "../guard/context.ts";
import { mayLaunch, type RunCommands } from "../routes/run-commands.ts";
import { waitInput } from "../wire/mcp.ts";
import { operations } from "../wire/operations.ts";
import { speakingAt } from "./place.ts";
import { toldOf } from "./rounds.ts";
import { askerOf, type McpTool, objectSchema, withProperties } from "./tool.ts";
import { awaitRun } from "./waiting.ts";

const ours = objectSchema(waitInput, "input");

export function offeredTools(server: Server, commands: RunCommands): McpTool[] {
  const { specs } = server.engine.toolbox;
  return server.config.mcp.tools
    .flatMap((name) => specs[name] ?? [])
    .map((spec) => offered(spec, server, commands));
}

function offered(spec: ToolSpec, server: Server, commands: RunCommands): McpTool {
  const { engine, config } = server;
  const { agent } = config.mcp;
  return {
    name: spec.name,
    description: describe(spec),
    inputSchema: withProperties(spec.schema, ours),
    annotations: {
      readOnlyHint: spec.effect === "read",
      destructiveHint: spec.effect === "once",
      idempotentHint: spec.effect !== "once",
    },
    // What came of it is read as well.
    scopes: [...operations.launch.scopes, ...operations.state.scopes],
    isFor: ({ actor }) => engine.toolbox.absence(spec.name) === null && mayLaunch(server, actor, agent),
    async call(asked) {
      const { own, input } = divided(asked.args);
      const { wait_s, idempotency_key } = checkData(own, waitInput);
      const asker = askerOf(asked, idempotency_key);
      const call = { tool: spec.name, input };
      const { runId, replayed } = await commands.call(asker, call, agent, speakingAt(server, asker));
      return toldOf(asked, await awaitRun(server, asked, runId, wait_s), replayed);
    },
  };
}

function describe({ description, approval, effect }: ToolSpec): string {
  const approved = approval || effect === "once";
  const runs = approved
    ? "People approve each call before it runs; it is run once, by the bot."
    : "It is run by the bot.";
  return `${description}\n\n${runs}`;
}

/** What is for us, and the tool's own arguments; nobody has checked either yet. */
function divided(args: unknown): { own: Record<string, unknown>; input: unknown } {
  if (typeof args !== "object" || args === null) return { own: {}, input: args };
  const isOurs = ([name]: [string, unknown]) => ownArguments.some((own) => own === name);
  const entries = Object.entries(args);
  return {
    own: Object.fromEntries(entries.filter(isOurs)),
    input: Object.fromEntries(entries.filter((entry) => !isOurs(entry))),
  };
}
