/** The odd server as the bots of the kill tests have it: the same in both lives. */
import { join } from "node:path";
import { mcp } from "../../../adapters/mcp/tools.ts";
import type { ToolServer } from "../../../src/tools/tool-server.ts";
import { askingServer } from "./asking-server.ts";

export function oddBot(folder: string, effect: "once" | "read", mode: string): ToolServer {
  if (mode === "over-connection" || mode === "in-rounds") return askingServer(folder, mode, effect);
  return mcp({
    ...{ configDir: folder, name: "odd", command: process.execPath, allow: "*" },
    args: [join(import.meta.dirname, "odd-child.ts"), folder, mode],
    ...{ effect, requiresApproval: false },
  });
}
