/** The server that asks people, as bots have it: the same in both lives of one that is killed. */
import { join } from "node:path";
import { mcp } from "../../../adapters/mcp/tools.ts";
import type { ToolServer } from "../../../src/tools/tool-server.ts";

export type How = "over-connection" | "in-rounds" | "pages-first";

export function askingServer(at: string, how: How, effect: "once" | "read"): ToolServer {
  return mcp({
    ...{ configDir: at, name: "odd", command: process.execPath, allow: "*" },
    args: [join(import.meta.dirname, "asking-child.ts"), at, how],
    ...{ effect, requiresApproval: false },
  });
}
