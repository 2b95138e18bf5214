/** Gives each request an id, which its answer, its problems and its log line carry. */
import { createMiddleware } from "hono/factory";
import type { Env, Log } from "./context.ts";

/** Behind a channel's own path may stand a secret or a one-time token: of these only the first two parts are told. */
export function requestId(log: Log, channelPaths: readonly string[]) {
  const prefixes = channelPaths.map((path) => path.replace(/\*$/, ""));
  return createMiddleware<Env>(async (c, next) => {
    const id = `req_${crypto.randomUUID().replaceAll("-", "")}`;
    const started = performance.now();
    c.set("requestId", id);
    c.set("caller", null);
    await next();
    c.header("X-Request-Id", id);
    const { method } = c.req;
    const isChannels = prefixes.some((prefix) => c.req.path.includes(prefix));
    const path = isChannels ? c.req.path.replace(/^((?:\/[^/]*){1,2}).*/s, "$1") : c.req.path;
    const ms = Math.round(performance.now() - started);
    log.debug({ request_id: id, method, path, status: c.res.status, ms }, "request answered");
  });
}
