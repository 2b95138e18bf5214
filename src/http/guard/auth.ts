/** Finds out who calls: a bearer token, the console's cookie, or anyone at all when login is switched off. */
import { getCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { type Actor, isOwner, type Principal, type Scope } from "../../core/actor.ts";
import type { SessionRow } from "../../core/ports/kept-rows.ts";
import type { Caller, Ctx, Env, HttpConfig, Token } from "./context.ts";
import { ProblemError } from "./problems.ts";
import type { RateLimit } from "./rate-limit.ts";
import { remoteOf } from "./remote.ts";
import { equalHashes, ownerAtConsole, type Sessions, sha256 } from "./sessions.ts";

/** The cookie of a console session. Its value is the session's secret, of which the store has only the hash. */
export const cookieName = "belay_session";

/** How the others read of whoever holds this bot's own token, or the console that it opens. */
export const owner = "the owner";

const consoleActor: Actor = {
  principal: ownerAtConsole,
  name: owner,
  groups: [],
  guest: false,
  kind: "person",
};

/**
 * Sets `caller`, or leaves it null: open routes need none. Wrong credentials are counted per remote address, where a
 * route asks for them: elsewhere they may be meant for a channel, as its own proof.
 */
export function authenticate(config: HttpConfig, sessions: Sessions, failures: RateLimit) {
  return createMiddleware<Env>(async (c, next) => {
    const { caller, wrong } = await recognise(c, config, sessions);
    c.set("caller", caller);
    // A valid token is never locked out by somebody's wrong ones: they may share a proxy's address.
    c.set("countFailure", async () => {
      if (wrong) await failures.take(remoteOf(c, config));
    });
    await next();
  });
}

/** Counts wrong credentials, of which too many are 429, and throws 401 without good ones. */
export async function demandCaller(c: Ctx): Promise<Caller> {
  if (!c.get("caller")) await c.get("countFailure")();
  return callerOf(c);
}

/** Throws 401: one body for a token that is missing, wrong or expired. */
export function callerOf(c: Ctx): Caller {
  const caller = c.get("caller");
  if (caller) return caller;
  throw new ProblemError("unauthorized", "Send a valid token (Authorization: Bearer …) or log in.", {
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

/** Throws 403 that names the first scope the caller's token lacks. */
export function demandScopes(caller: Caller, needed: readonly Scope[]): void {
  const missing = lacksScope(caller, needed);
  if (missing === null) return;
  throw new ProblemError(
    "insufficient_scope",
    `The token lacks the scope "${missing}". Use one that has it.`,
  );
}

/** The first of these scopes that the caller's token lacks; null: none. */
export function lacksScope({ actor: { scopes } }: Caller, needed: readonly Scope[]): Scope | null {
  if (!scopes || scopes.includes("admin")) return null;
  return needed.find((scope) => !scopes.includes(scope)) ?? null;
}

async function recognise(
  c: Ctx,
  config: HttpConfig,
  sessions: Sessions,
): Promise<{ caller: Caller | null; wrong: boolean }> {
  if (config.auth.mode === "none") {
    return { caller: { actor: consoleActor, how: "none", session: null }, wrong: false };
  }
  const header = c.req.header("authorization");
  if (header !== undefined) {
    const token = tokenOf(header, config.auth.tokens);
    const caller: Caller | null = token && { actor: actorOf(token), how: "token", session: null };
    return { caller, wrong: token === null };
  }
  const secret = getCookie(c, cookieName);
  if (secret === undefined) return { caller: null, wrong: false };
  // One that is over is not a wrong guess: browsers send it with every request until they are told otherwise.
  const session = await sessions.find(secret);
  return { caller: session ? sessionCaller(session, config) : null, wrong: false };
}

/** Whoever began it, with the rights that their token has now; null: it has another name by now. */
export function sessionCaller(session: SessionRow, { auth }: HttpConfig): Caller | null {
  const token =
    auth.mode === "token" ? auth.tokens.find(({ name }) => session.principal === `token:${name}`) : null;
  const actor = session.principal === ownerAtConsole ? consoleActor : token && actorOf(token);
  return actor ? { actor, how: "session", session } : null;
}

/** Looks at every token, so that the time says nothing about which one was close. */
function tokenOf(header: string, tokens: readonly Token[]): Token | null {
  const presented = /^Bearer +([\x21-\x7e]+)$/i.exec(header)?.[1] ?? "";
  const hash = sha256(presented);
  let found: Token | null = null;
  for (const token of tokens) if (equalHashes(token.hash, hash)) found = token;
  return found;
}

/** What people read of whoever logs in or calls with a token. */
export function nameOf(principal: Principal): string {
  return isOwner(principal) ? owner : `${principal.slice("token:".length)} (token)`;
}

function actorOf({ name, scopes }: Token): Actor {
  const principal = `token:${name}`;
  return { principal, name: nameOf(principal), groups: [], guest: false, scopes, kind: "person" };
}
