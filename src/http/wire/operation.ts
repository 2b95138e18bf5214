/** One route of the API, as data. */
import type { z } from "zod";
import type { Scope } from "../../core/actor.ts";

/** The router, the OpenAPI document and the tests are made from these fields; a handler adds only what it does. */
export interface Operation {
  method: "get" | "post" | "delete";
  /** With hono's `:name` for parameters. */
  path: string;
  summary: string;
  /** Scopes that a token needs. Empty: any caller. null: open to everybody. */
  scopes: readonly Scope[] | null;
  body?: z.ZodType;
  query?: z.ZodType;
  /** Status and body of success; a string is a media type. */
  success: readonly [number, z.ZodType | string | null];
}
