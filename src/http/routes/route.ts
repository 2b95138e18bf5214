/** Turns the table of operations into routes: recognise, limit, check, then handle. */
import type { Hono } from "hono";
import { demandCaller, demandScopes } from "../guard/auth.ts";
import { readBody, readQuery } from "../guard/body.ts";
import type { Ctx, Env, Server } from "../guard/context.ts";
import { demandOwnOrigin, isUnsafe } from "../guard/origin.ts";
import { ProblemError } from "../guard/problems.ts";
import type { RateLimit } from "../guard/rate-limit.ts";
import { remoteOf } from "../guard/remote.ts";
import type { Operation } from "../wire/operation.ts";
import { type BodyOf, type OperationId, operationIds, operations, type QueryOf } from "../wire/operations.ts";

/** One function for each operation. It gets input that was checked, from a caller whose scopes were checked. */
export type Handlers = {
  [K in OperationId]: (c: Ctx, input: { body: BodyOf<K>; query: QueryOf<K> }) => Response | Promise<Response>;
};

/** Adds every operation to `app`, and for each path an answer 405 with `Allow` to every other method. */
export function addRoutes(app: Hono<Env>, server: Server, limit: RateLimit, handlers: Handlers): void {
  for (const id of operationIds) addRoute(app, server, limit, id, handlers[id]);
  // After all of them: a path that is known but not with this method.
  for (const path of new Set(operationIds.map((id) => operations[id].path))) {
    app.all(path, (c, next) => (c.req.method === "OPTIONS" ? next() : refuseMethod(path)));
  }
}

function addRoute<K extends OperationId>(
  app: Hono<Env>,
  server: Server,
  limit: RateLimit,
  id: K,
  handle: Handlers[K],
): void {
  const operation: Operation = operations[id];
  app.on(operation.method.toUpperCase(), operation.path, async (c) => {
    if (operation.scopes === null) {
      if (isUnsafe(c.req.method)) await limit.take(`remote:${remoteOf(c, server.config)}`);
    } else {
      const caller = await demandCaller(c);
      await limit.take(caller.actor.principal);
      demandScopes(caller, operation.scopes);
    }
    demandOwnOrigin(c, server.config);
    // Anything else is still written down, and done by whoever is there next.
    if (server.engine.draining && operation.success[1] === "text/event-stream") {
      throw new ProblemError("draining", "The server is stopping. Connect again in a few seconds.", {
        headers: { "Retry-After": "5" },
      });
    }
    const body = operation.body ? await readBody(c, operation.body) : undefined;
    const query = operation.query ? readQuery(c, operation.query) : undefined;
    // The table pairs each operation with its schemas; the compiler can't follow that through the loop.
    return handle(c, { body: body as BodyOf<K>, query: query as QueryOf<K> });
  });
}

function refuseMethod(path: string): never {
  const methods = operationIds.flatMap((id) =>
    operations[id].path === path ? [operations[id].method.toUpperCase()] : [],
  );
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].join(", ");
  throw new ProblemError("method_not_allowed", `Use one of: ${allow}.`, { headers: { Allow: allow } });
}
