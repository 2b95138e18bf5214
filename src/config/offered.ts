/** What this bot offers to clients of the Model Context Protocol: whose rights hold, where it speaks, which tools. */
import { z } from "zod";
import type { Address } from "../core/actor.ts";
import { ownArguments, runToolNames } from "../core/text/mcp-names.ts";
import type { Tool } from "../tools/contract.ts";
import { launchPlace } from "./channels.ts";

export const offeredSchema = z.strictObject({
  agent: z
    .string()
    .nullable()
    .default(null)
    .describe('whose rights hold for calls of the tools with `offer: "mcp"`; null: the default agent\'s'),
  speaksAt: z
    .string()
    .nullable()
    .default(null)
    .describe("address where runs speak that are started there, their approvals too; null: the console only"),
});

/** What the server needs to know of it. */
export interface Offered {
  tools: readonly string[];
  agent: string;
  speaksAt: Address | null;
}

/** Pushes a line to `problems` for each tool that can't be offered as it is. */
export function resolveOffered(
  { mcp, defaultAgent }: { mcp: z.infer<typeof offeredSchema>; defaultAgent: string },
  tools: readonly Tool[],
  problems: string[],
): Offered {
  const offered = tools.filter(({ offer }) => offer === "mcp");
  for (const { spec } of offered) {
    const { properties } = spec.schema;
    const own = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
    const ours = ownArguments.find((name) => own.includes(name));
    if (runToolNames.some((name) => name === spec.name)) {
      problems.push(
        `tools.${spec.name}: the MCP server has a tool of this name itself; rename it, or leave its offer out`,
      );
    } else if (ours !== undefined) {
      problems.push(
        `tools.${spec.name}: the MCP server takes ${ours} beside a tool's own arguments; rename that one, or leave its offer out`,
      );
    }
  }
  return {
    tools: offered.map(({ spec }) => spec.name),
    agent: mcp.agent ?? defaultAgent,
    speaksAt: mcp.speaksAt && launchPlace(mcp.speaksAt),
  };
}
