/** What the doctor says of a server: whether it is there, and what of its tools is not as it was accepted. */
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import type { Server } from "./server.ts";

/** What its findings stand under. */
export function checkOf(server: string): string {
  return `MCP server ${server}`;
}

/** Connects when it is not connected; who asks ends the connection. */
export async function diagnoseServer(server: Pick<Server, "look">): Promise<Finding[]> {
  const { name, ok, detail, version, tools } = await server.look();
  const check = checkOf(name);
  const about = `${version ?? "not reached"}; ${detail}`;
  const other = tools.filter(({ standing }) => standing !== "offered");
  return [
    ok ? fine(check, about) : broken(check, about, "docs/mcp.md; npm run mcp -- list shows its tools."),
    ...other.map((tool) => {
      const found = `${tool.name}: ${tool.standing}, ${tool.words}`;
      const isBroken = tool.standing === "changed" || tool.standing === "gone";
      return isBroken
        ? broken(check, found, `Look at it, then npm run mcp -- accept ${name}.`)
        : fine(check, found);
    }),
  ];
}
