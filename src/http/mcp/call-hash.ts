/** Which call it is that a round goes on with. */
import { createHash } from "node:crypto";

/** SHA-256 of the tool's name and the arguments as they came, in hex; the order of their names does not count. */
export function callHash(tool: string, args: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify([tool, args], inOrder))
    .digest("hex");
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
