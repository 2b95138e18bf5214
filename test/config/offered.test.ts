/** What belay.config.ts offers to clients of the MCP server, and what can't be offered as it is. */
import { expect, test } from "vitest";
import { z } from "zod";
import { resolveOffered } from "../../src/config/offered.ts";
import { ConfigError, loadConfig } from "../../src/config.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { configFile, configFolder } from "../support/config-folder.ts";

const tool = (name: string, input: z.ZodObject, offer?: "mcp") =>
  defineTool<unknown>({
    name,
    description: "For tests.",
    input,
    run: () => "done",
    ...(offer ? { offer } : {}),
  });

function resolved(mcp: { agent?: string; speaksAt?: string }, tools: ReturnType<typeof tool>[]) {
  const problems: string[] = [];
  const file = { mcp: { agent: mcp.agent ?? null, speaksAt: mcp.speaksAt ?? null }, defaultAgent: "default" };
  return { offered: resolveOffered(file, tools, problems), problems };
}

test("only the tools that are marked, by the rights of the default agent, at a place with threads", () => {
  const tools = [tool("deploy", z.object({ version: z.string() }), "mcp"), tool("look", z.object({}))];
  expect(resolved({ speaksAt: "slack:T1/C1" }, tools)).toEqual({
    offered: { tools: ["deploy"], agent: "default", speaksAt: "slack:T1/C1/new:" },
    problems: [],
  });
  expect(resolved({ agent: "deployer" }, []).offered).toEqual({
    tools: [],
    agent: "deployer",
    speaksAt: null,
  });
});

test("a tool or an argument with a name that the server has itself is a problem", () => {
  const { problems } = resolved({}, [
    tool("start_run", z.object({}), "mcp"),
    tool("wait", z.object({ wait_s: z.number() }), "mcp"),
    tool("get_run", z.object({})),
  ]);
  expect(problems).toEqual([
    "tools.start_run: the MCP server has a tool of this name itself; rename it, or leave its offer out",
    "tools.wait: the MCP server takes wait_s beside a tool's own arguments; rename that one, or leave its offer out",
  ]);
});

test("an agent that is not there is told with those that are", async () => {
  using folder = configFolder({ "belay.config.ts": configFile({ mcp: { agent: "nobody" } }) });
  const failed = await loadConfig({}, folder.path).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(ConfigError);
  expect(String(failed)).toContain("mcp.agent: there is no agent nobody; the agents are default");
});
