/** The bytes that an approval binds: tool with its definition, arguments and agent. Any change is another hash. */
import { createHash } from "node:crypto";
import type { ToolSpec } from "../../core/agent.ts";

/** SHA-256 in hex. `input` must be canonical, as the toolbox gives it: the order of keys counts. */
export function bindingOf(spec: ToolSpec, input: unknown, agentHash: string, preview: string | null): string {
  const { name, effect, schema, description } = spec;
  const bytes = JSON.stringify([name, effect, schema, description, input, agentHash, preview]);
  return createHash("sha256").update(bytes).digest("hex");
}
