/** Answers only under the server's own names: a page that rebinds its DNS name to this server gets nothing. */
import { createMiddleware } from "hono/factory";
import type { Ctx, Env, HttpConfig } from "./context.ts";
import { ProblemError } from "./problems.ts";

const loopback = ["localhost", "127.0.0.1", "[::1]"];

/** `hostname` without a port, IPv6 in brackets; case does not matter. */
export function isLoopbackHost(hostname: string): boolean {
  return loopback.includes(hostname.toLowerCase());
}

/** `Host` of the request without its port. */
export function hostOf(c: Ctx): string {
  return (c.req.header("host") ?? new URL(c.req.url).host).toLowerCase();
}

/**
 * A middleware that throws `unknown_host` for any other `Host` than the loopback's, PUBLIC_URL's and the
 * configured ones.
 */
export function allowHosts(config: HttpConfig) {
  const names = [...loopback, ...config.hosts.map((host) => host.toLowerCase())];
  if (config.publicUrl !== null) names.push(new URL(config.publicUrl).hostname.toLowerCase());
  const allowed = new Set(names);
  return createMiddleware<Env>(async (c, next) => {
    if (!allowed.has(hostOf(c).replace(/:\d+$/, ""))) {
      throw new ProblemError(
        "unknown_host",
        "Call the server by its own name, or set PUBLIC_URL to this one.",
      );
    }
    await next();
  });
}
