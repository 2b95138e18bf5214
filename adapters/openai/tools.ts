/** Tool specifications as OpenAI's APIs want them. */
import type { ToolSpec } from "../../src/core/agent.ts";
import type { ModelRequest } from "../../src/core/ports/model.ts";
import type { HostFeatures } from "./host.ts";

/** The longest `prompt_cache_key` that is taken. */
const longestKey = 64;

/** The end of a key is the hash, which tells agents apart; their names are for people. */
export function cacheKeyOf({ cacheKey }: ModelRequest): string {
  return cacheKey.slice(-longestKey);
}

/** The part that both APIs share; Responses takes it flat, Chat nested under `function`. */
export interface FunctionDefinition {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  strict?: boolean;
}

/** `strict` only where the host knows it, and true only for schemas that meet its conditions. */
export function functionOf(spec: ToolSpec, can: HostFeatures): FunctionDefinition {
  const { name, description, schema } = spec;
  const plain = { name, description, parameters: schema };
  return can.strict ? { ...plain, strict: isStrict(schema) } : plain;
}

/**
 * Strict mode takes only objects that require every property and allow no other. A schema from elsewhere (MCP)
 * often does not, and is then sent as not strict: `strict: true` would be answered with 400 for the whole request.
 */
function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (typeof schema !== "object" || schema === null) return true;
  if ("properties" in schema || ("type" in schema && schema.type === "object")) {
    if (!("additionalProperties" in schema) || schema.additionalProperties !== false) return false;
    const properties = "properties" in schema ? Object.entries(schema.properties ?? {}) : [];
    const required = "required" in schema && Array.isArray(schema.required) ? schema.required : [];
    if (!properties.every(([name, property]) => required.includes(name) && isStrict(property))) return false;
  }
  return Object.entries(schema).every(([key, part]) => key === "properties" || isStrict(part));
}
