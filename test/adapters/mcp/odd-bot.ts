/** The odd server as the bots of the kill tests have it: the same in both lives. */
import { join } from "node:path";
import { mcp } from "../../../adapters/mcp/tools.ts";
import type { ToolServer } from "../../../src/tools/tool-server.ts";

export function oddBot(folder: string, effect: "once" | "read", mode: string): ToolServer {
  return mcp({
    ...{ configDir: folder, name: "odd", command: process.execPath, allow: "*" },
    args: [join(import.meta.dirname, "odd-child.ts"), folder, mode],
    ...{ effect, requiresApproval: false },
  });
}
