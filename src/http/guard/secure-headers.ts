/** Headers on every answer: only our own scripts, no frames, no guessing of types, nothing kept in caches. */
import { createMiddleware } from "hono/factory";
import type { Env } from "./context.ts";

const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "img-src 'self' data:",
].join("; ");

/** Runs after the route: a route that sets its own `Cache-Control` keeps it. */
export const secureHeaders = createMiddleware<Env>(async (c, next) => {
  await next();
  c.header("Content-Security-Policy", policy);
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
});
