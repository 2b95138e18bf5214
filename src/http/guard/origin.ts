/** Keeps other web pages from acting in a person's name: same Origin for cookies, a closed list for the rest. */
import { cors } from "hono/cors";
import type { Ctx, HttpConfig } from "./context.ts";
import { hostOf, isLoopbackHost } from "./hosts.ts";
import { ProblemError } from "./problems.ts";

/** CORS, off by default. Without login any page of this machine may call: the seeds' console has its own port. */
export function crossOrigin(config: HttpConfig) {
  return cors({
    origin: (origin) => (isForeignButAllowed(origin, config) ? origin : null),
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: [
      "Authorization",
      "Content-Type",
      "Idempotency-Key",
      "Last-Event-ID",
      // What a client of the Model Context Protocol says of its request.
      "MCP-Protocol-Version",
      "Mcp-Method",
      "Mcp-Name",
    ],
    exposeHeaders: ["Location", "Idempotent-Replayed", "X-Request-Id", "Retry-After"],
    maxAge: 600,
  });
}

/** Throws 403 `bad_origin`. A token in a header is proof enough: no page can make a browser send it. */
export function demandOwnOrigin(c: Ctx, config: HttpConfig): void {
  if (!isUnsafe(c.req.method) || isTrusted(c, config)) return;
  throw new ProblemError("bad_origin", "Requests that change something must come from the console itself.");
}

/**
 * Throws 403 `bad_origin` for any page that is neither the console's nor listed, whatever it proves: the Model Context
 * Protocol wants it of a server. Programs send no Origin.
 */
export function demandKnownOrigin(c: Ctx, config: HttpConfig): void {
  const origin = c.req.header("origin");
  if (origin === undefined || isOwn(origin, c, config) || isForeignButAllowed(origin, config)) return;
  throw new ProblemError("bad_origin", "Pages of other sites are not served; list theirs in corsOrigins.");
}

/** By RFC 9110: whether a request with this method may change something. `method` in capitals. */
export function isUnsafe(method: string): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}

function isTrusted(c: Ctx, config: HttpConfig): boolean {
  const caller = c.get("caller");
  const origin = c.req.header("origin");
  if (caller?.how === "token") return true;
  // Browsers send an Origin with every unsafe request; without one it is no browser, and no page is behind it.
  if (origin === undefined) return caller?.how !== "session";
  if (isOwn(origin, c, config)) return true;
  return caller?.how === "none" && isForeignButAllowed(origin, config);
}

function isOwn(origin: string, c: Ctx, config: HttpConfig): boolean {
  if (config.publicUrl !== null && origin === new URL(config.publicUrl).origin) return true;
  return URL.canParse(origin) && new URL(origin).host === hostOf(c);
}

function isForeignButAllowed(origin: string, config: HttpConfig): boolean {
  if (config.corsOrigins.includes(origin)) return true;
  return config.auth.mode === "none" && URL.canParse(origin) && isLoopbackHost(new URL(origin).hostname);
}
