/** What the doctor finds of a pack: each of its connections tried once. */
import type { Finding } from "../../src/core/ports/finding.ts";
import type { Tool } from "../../src/tools/contract.ts";

export async function diagnosed(tools: readonly Tool[]): Promise<Finding[]> {
  const connections = [...new Set(tools.flatMap(({ connection }) => connection ?? []))];
  const { signal } = new AbortController();
  return (await Promise.all(connections.map((connection) => connection.diagnose(signal)))).flat();
}
