/** Asks a server for all its tools, page by page and within limits. */
import type { Client, Tool as ServerTool } from "@modelcontextprotocol/client";
import type { Definition } from "./definition.ts";

/** More than that nobody has reviewed. */
const mostTools = 1_000;
const mostPages = 64;
const mostCharacters = 4_000_000;

/** Throws when the server does not answer within `timeoutMs`, or has no end. */
export async function listTools(client: Client, timeoutMs: number): Promise<Definition[]> {
  const definitions: Definition[] = [];
  let characters = 0;
  const deadline = performance.now() + timeoutMs;
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const timeout = Math.max(1, deadline - performance.now());
    // Not the client's own list: it would hold results to a schema that the server gives, after they were done.
    const params = cursor === undefined ? {} : { cursor };
    const { tools, nextCursor } = await client.request({ method: "tools/list", params }, { timeout });
    definitions.push(...tools.map(definitionOf));
    characters += JSON.stringify(tools).length;
    if (definitions.length > mostTools || characters > mostCharacters) break;
    if (nextCursor === undefined) return definitions;
    cursor = nextCursor;
  }
  const most = `${mostTools} tools, ${mostPages} pages or ${mostCharacters / 1e6} million characters of them`;
  throw new Error(`it lists more than ${most}`);
}

function definitionOf({ name, description = "", inputSchema, annotations = {} }: ServerTool): Definition {
  const claims = [
    ...(annotations.readOnlyHint === true ? ["reads only"] : []),
    ...(annotations.destructiveHint === true ? ["may destroy"] : []),
    ...(annotations.idempotentHint === true ? ["may be repeated"] : []),
    ...(annotations.openWorldHint === true ? ["reaches other systems"] : []),
  ];
  return { name, description, schema: { ...inputSchema }, claims };
}
