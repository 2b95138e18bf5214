/** Foreign servers of tools (MCP) on the wire: how each stands, and what people look at before they accept its tools. */
import { z } from "zod";

const toolSchema = z.object({
  /** The server's own name of it. */
  name: z.string(),
  standing: z.enum(["offered", "accepted", "changed", "gone", "new", "refused"]),
  words: z.string(),
});

export const toolServerSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  version: z.string().nullable(),
  tools: z.array(toolSchema),
});

/** In it every character is seen: hidden ones are written out (`\u{200b}`). */
const definitionSchema = z.object({
  /** Of name, description and schema, as `POST /tool-servers/:name/accept` takes it. */
  sha256: z.string(),
  description: z.string(),
  /** The JSON Schema of the arguments, indented. */
  schema: z.string(),
});

/** `before`: as the lock file has it. `now`: as the server has it; only such tools can be accepted. */
const reviewedSchema = toolSchema.extend({
  before: definitionSchema.nullable(),
  now: definitionSchema.nullable(),
});
export type ReviewedWireTool = z.infer<typeof reviewedSchema>;

export const toolServerReviewSchema = toolServerSchema.extend({ tools: z.array(reviewedSchema) });
export type WireToolServer = z.infer<typeof toolServerReviewSchema>;

const acceptanceSchema = z.object({
  /** ms since the epoch */
  at: z.number(),
  principal: z.string(),
  /** What the principal is called, where that is known. */
  name: z.string().nullable(),
  server: z.string(),
  /** What changed by it: `work 3f2a…; gone: old`, definitions by their hash. */
  what: z.string(),
  /** false: the lock file could not be written, and nothing was accepted. */
  written: z.boolean(),
});

/** The answer of `GET /tool-servers`. */
export const toolServerListSchema = z.object({
  servers: z.array(toolServerReviewSchema),
  /** Who accepted what by this API or the console, newest first, of the last decisions. */
  acceptances: z.array(acceptanceSchema),
});
export type ToolServerList = z.infer<typeof toolServerListSchema>;

/** All that the server offered when somebody looked: it is accepted as that, or nothing is. */
export const acceptBody = z.strictObject({
  tools: z
    .array(z.strictObject({ name: z.string().max(200), sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .max(1000),
});
