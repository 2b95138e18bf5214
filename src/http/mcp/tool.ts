/** One tool of `POST /mcp`: what clients are told of it, what it asks of the caller, and what it does. */
import type { CallToolResult, InputRequiredResult, ToolAnnotations } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Scope } from "../../core/actor.ts";
import type { Caller } from "../guard/context.ts";
import { checkedKey } from "../guard/idempotency.ts";
import { ProblemError } from "../guard/problems.ts";
import type { Asker } from "../routes/run-commands.ts";

export interface McpTool {
  name: string;
  description: string;
  inputSchema: ObjectSchema;
  outputSchema?: ObjectSchema;
  annotations: ToolAnnotations;
  /** As those of the operation that it calls. */
  scopes: readonly Scope[];
  /** What it takes besides to be of use to this caller; nobody is shown what they may not call. */
  isFor(caller: Caller): boolean;
  /** Throws what the operation throws. */
  call(asked: Asked): Promise<CallToolResult | InputRequiredResult>;
}

/** One call of a tool. */
export interface Asked {
  caller: Caller;
  /** As they came. */
  args: unknown;
  /** Its hash: a later round must be of the same call. */
  call: string;
  /** The keys in the header and in `_meta`, as they came. */
  keys: readonly string[];
  /** Tells how far it is, where the client wants to know; `at` grows. */
  tell(at: number, words: string): Promise<void>;
  /** The client puts questions to a person of its own. */
  canAsk: boolean;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** Where the key of a call may stand that has no room for it among its arguments. */
export const keyInMeta = "belay/idempotency-key";

/** Who asks. Throws 400 `invalid_idempotency_key`. */
export function askerOf({ caller, keys }: Asked, own: string | undefined): Asker {
  const named = new Set(own === undefined ? keys : [own, ...keys]);
  const [key, ...more] = named;
  if (more.length > 0) {
    const detail = "The call names two different keys. Name one, in one place.";
    throw new ProblemError("invalid_idempotency_key", detail);
  }
  return {
    actor: caller.actor,
    via: { channel: "mcp" },
    key: key === undefined ? null : checkedKey(key),
  };
}

/**
 * The same caller as the protocol's: a model chose the call and its words, whoever holds the token. Programs approve
 * nothing, and what they say is untrusted.
 */
export function asProgram(caller: Caller): Caller {
  return { ...caller, actor: { ...caller.actor, kind: "machine" } };
}

const objectSchemas = z.looseObject({
  type: z.literal("object"),
  properties: z.record(z.string(), z.json()).exactOptional(),
  required: z.array(z.string()).exactOptional(),
});
/** A JSON Schema of an object. */
export type ObjectSchema = z.infer<typeof objectSchemas>;

export function objectSchema(schema: z.ZodObject, io: "input" | "output"): ObjectSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return objectSchemas.parse(rest);
}

/** The schema of a tool with more properties, none of which is required. */
export function withProperties(schema: Record<string, unknown>, more: ObjectSchema): ObjectSchema {
  const { properties, ...rest } = objectSchemas.parse(schema);
  return { ...rest, properties: { ...properties, ...more.properties } };
}
