/** The one server: API, event streams, channel endpoints and the console's files, behind the same doors. */
import { Hono } from "hono";
import { compress } from "hono/compress";
import { getPath } from "hono/utils/url";
import { addChannelEndpoints } from "./channel-endpoints.ts";
import { addConsole } from "./console-files.ts";
import { auditRefusal } from "./guard/audit.ts";
import { authenticate } from "./guard/auth.ts";
import { problemOf } from "./guard/bug.ts";
import { ChangeFeed } from "./guard/change-feed.ts";
import type { Ctx, Deps, Env, Server } from "./guard/context.ts";
import { errorsOnly } from "./guard/errors-only.ts";
import { FoldedRuns } from "./guard/folded-runs.ts";
import { HeldBodies } from "./guard/held-bodies.ts";
import { allowHosts } from "./guard/hosts.ts";
import { crossOrigin } from "./guard/origin.ts";
import { problemResponse } from "./guard/problems.ts";
import { RateLimit } from "./guard/rate-limit.ts";
import { requestId } from "./guard/request-id.ts";
import { secureHeaders } from "./guard/secure-headers.ts";
import { Sessions } from "./guard/sessions.ts";
import { Streams } from "./guard/streams.ts";
import { finishBody } from "./guard/unread-body.ts";
import { limitUrl } from "./guard/url-length.ts";
import { mcpRoutes } from "./mcp/endpoint.ts";
import { commandRoutes } from "./routes/commands.ts";
import { docsRoutes } from "./routes/docs.ts";
import { addRoutes } from "./routes/route.ts";
import { RunCommands } from "./routes/run-commands.ts";
import { runRoutes } from "./routes/runs.ts";
import { serverRoutes } from "./routes/server.ts";
import { sessionRoutes } from "./routes/session.ts";
import { streamRoutes } from "./routes/streams.ts";
import { toolServerRoutes } from "./routes/tool-servers.ts";

/** The server before it listens: `serve` binds it, tests call `app.fetch`. */
export interface Http {
  app: Hono<Env>;
  /** For `http://…/#code=<code>`: valid once, for 15 minutes. */
  issueLoginCode(): Promise<string>;
  /** Ends the event streams: clients reconnect to whoever is there next. */
  endStreams(): void;
}

/** Wrong credentials of one remote address: ten at once, then one every five seconds. */
const failureRate = { burst: 10, perSecond: 0.2 };

/**
 * Builds the server without listening. Every error becomes a problem document; an unexpected one is logged as
 * 500.
 */
export function createHttp(deps: Deps): Http {
  const { config, clock, engine, log } = deps;
  const server: Server = {
    ...deps,
    streams: new Streams(clock, engine.store),
    feed: new ChangeFeed(engine),
    foldedRuns: new FoldedRuns(engine),
    startedAt: clock.now(),
    base: config.publicUrl === null ? "" : new URL(config.publicUrl).pathname.replace(/\/+$/, ""),
  };
  const sessions = new Sessions(engine.store, clock, config.auth);
  const budgets = deps.budgets ?? null;
  const failures = new RateLimit({ clock, rate: failureRate, name: "login", budgets });
  const requests = new RateLimit({ clock, rate: config.rate, name: "requests", budgets });

  const app = new Hono<Env>({ getPath: (request) => withoutBase(getPath(request), server.base) });
  app.use(
    finishBody,
    requestId(log, config.about.paths),
    secureHeaders,
    errorsOnly,
    limitUrl,
    allowHosts(config),
    crossOrigin(config),
  );
  // The long answers: lists and runs are mostly the same words again. What is short is not worth the work.
  const packed = compress({ encoding: "gzip", contentTypeFilter: /^application\/json/ });
  for (const path of ["/agent/runs/*", "/agent/state/*", "/questions", "/agents", "/tools"])
    app.get(path, packed);
  app.use(new HeldBodies().guard, authenticate(config, sessions, failures));
  const commands = new RunCommands(server);
  addRoutes(app, server, requests, {
    ...commandRoutes(server, commands),
    ...runRoutes(server),
    ...streamRoutes(server),
    ...serverRoutes(server),
    ...toolServerRoutes(server),
    ...sessionRoutes(server, sessions, failures),
    ...docsRoutes(server),
    ...mcpRoutes(server, commands),
  });
  addChannelEndpoints(app, server);
  addConsole(app, server);
  app.onError(async (error, c: Ctx) => {
    const problem = problemOf(error, c, deps);
    await auditRefusal(c, problem, deps);
    return problemResponse(c, problem);
  });
  return {
    app,
    issueLoginCode: () => sessions.issueLoginCode(),
    endStreams: () => server.streams.endAll(),
  };
}

/** A proxy may show the server under a path and pass it on with that path or without. */
function withoutBase(path: string, base: string): string {
  if (base === "" || (path !== base && !path.startsWith(`${base}/`))) return path;
  return path.slice(base.length) || "/";
}
