/** Login and logout of the console, and the list of its sessions. */
import { deleteCookie, setCookie } from "hono/cookie";
import { callerOf, cookieName, nameOf, sessionCaller } from "../guard/auth.ts";
import type { Caller, Ctx, Server } from "../guard/context.ts";
import { ProblemError } from "../guard/problems.ts";
import type { RateLimit } from "../guard/rate-limit.ts";
import { remoteOf } from "../guard/remote.ts";
import { type Sessions, sessionMs } from "../guard/sessions.ts";
import type { LoginCode, Session, SessionList } from "../wire/server.ts";
import type { Handlers } from "./route.ts";

type SessionRoutes = Pick<Handlers, "login" | "loginCode" | "session" | "logout" | "sessions" | "revoke">;

/** Wrong codes are counted in `failures` by remote address: beyond its limit the answer is 429. */
export function sessionRoutes(server: Server, sessions: Sessions, failures: RateLimit): SessionRoutes {
  const { store } = server.engine;
  /** What each page of the console has to know of the server. */
  const known = {
    channels: { ...server.config.about.titles },
    link_hosts: [...server.config.trustedLinkHosts],
  };
  const cookie = {
    path: `${server.base}/`,
    httpOnly: true,
    sameSite: "Strict",
    secure: server.config.publicUrl?.startsWith("https:") ?? false,
  } as const;

  async function end(id: string): Promise<void> {
    await store.deleteSession(id);
    server.streams.endSession(id);
  }

  return {
    login: async (c, { body }) => {
      const login = await sessions.login(body.code);
      const caller = login && sessionCaller(login.session, server.config);
      if (!caller) {
        await failures.take(remoteOf(c, server.config));
        const detail =
          "The code is wrong, used or too old. `npm run login`, where the server runs, makes a new one; a token lets you in as well.";
        throw new ProblemError("unauthorized", detail, { headers: { "WWW-Authenticate": "Bearer" } });
      }
      setCookie(c, cookieName, login.secret, { ...cookie, maxAge: sessionMs / 1000 });
      return c.json(viewCaller(caller, known));
    },
    loginCode: async (c) => {
      const made: LoginCode = { code: await sessions.issueLoginCode(callerOf(c).actor.principal) };
      return c.json(made, 201);
    },
    session: (c) => c.json(viewCaller(callerOf(c), known)),
    logout: async (c) => {
      const { session } = callerOf(c);
      if (session) await end(session.id);
      deleteCookie(c, cookieName, cookie);
      return c.body(null, 204);
    },
    sessions: async (c) => {
      const rows = await sessions.list();
      const list: SessionList = {
        sessions: rows.map((row) => ({
          id: shortId(row.id),
          principal: row.principal,
          name: nameOf(row.principal),
          created_at: row.createdAt,
          expires_at: row.expiresAt,
          current: row.id === callerOf(c).session?.id,
        })),
      };
      return c.json(list);
    },
    revoke: async (c) => {
      const row = await findSession(c, sessions);
      await end(row.id);
      return c.body(null, 204);
    },
  };
}

/** Enough to tell sessions apart; the whole hash stays inside. */
function shortId(id: string): string {
  return id.slice(-16);
}

async function findSession(c: Ctx, sessions: Sessions) {
  const rows = await sessions.list();
  const row = rows.find((candidate) => shortId(candidate.id) === c.req.param("id"));
  if (!row) throw new ProblemError("not_found", "There is no such session. GET /sessions lists them.");
  return row;
}

function viewCaller(
  { actor, how, session }: Caller,
  known: Pick<Session, "channels" | "link_hosts">,
): Session {
  return {
    how,
    principal: actor.principal,
    name: actor.name,
    scopes: actor.scopes ? [...actor.scopes] : null,
    expires_at: session?.expiresAt ?? null,
    ...known,
  };
}
