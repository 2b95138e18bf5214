/** Gives each request an id, which its answer, its problems and its log line carry. */
import { createMiddleware } from "hono/factory";
import type { Env, Log } from "./context.ts";

export function requestId(log: Log) {
  return createMiddleware<Env>(async (c, next) => {
    const id = `req_${crypto.randomUUID().replaceAll("-", "")}`;
    const started = performance.now();
    c.set("requestId", id);
    c.set("caller", null);
    await next();
    c.header("X-Request-Id", id);
    const { method, path } = c.req;
    const ms = Math.round(performance.now() - started);
    log.debug({ request_id: id, method, path, status: c.res.status, ms }, "request answered");
  });
}
