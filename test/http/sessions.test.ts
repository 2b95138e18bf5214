/** The console's login: a one-time code, a cookie no script can read, and no way in for other pages. */
import { expect, test } from "vitest";
import { createHttp } from "../../src/http/app.ts";
import type { Token } from "../../src/http/guard/context.ts";
import { sha256 } from "../../src/http/guard/sessions.ts";
import { sentEvents } from "../support/http/events.ts";
import { expectProblem } from "../support/http/problem.ts";
import { type Bench, bench, defaults } from "../support/http/server.ts";

const origin = "http://localhost:3000";

async function login(b: Bench, given: string | null = null, headers: Record<string, string> = { origin }) {
  const code = given ?? (await b.http.issueLoginCode());
  const response = await b.call("POST", "/session", { as: null, json: { code }, headers });
  const cookie = response.headers.get("set-cookie") ?? "";
  return { response, cookie, sent: cookie.split(";")[0] ?? "" };
}

test("a code logs in once, as the console", async () => {
  using b = await bench();
  const code = await b.http.issueLoginCode();
  const { response, sent } = await login(b, code);
  expect(await response.json()).toMatchObject({ how: "session", principal: "console:local" });
  const me = await b.call("GET", "/session", { as: null, headers: { cookie: sent } });
  expect(await me.json()).toMatchObject({ how: "session", expires_at: b.clock.now() + 12 * 3600_000 });
  await expectProblem((await login(b, code)).response, 401, "unauthorized");
});

test("whoever holds this bot is called its owner; another token by its own name", async () => {
  using b = await bench();
  const { sent } = await login(b);
  const nameOf = async (as: "reader" | null, headers: Record<string, string>) => {
    const me = (await (await b.call("GET", "/session", { as, headers })).json()) as { name: string };
    return me.name;
  };
  expect(await nameOf(null, { cookie: sent })).toBe("the owner");
  expect(await nameOf("reader", {})).toBe("reader (token)");
});

test("the cookie is out of reach for scripts, other sites and plain HTTP", async () => {
  using plain = await bench();
  expect((await login(plain)).cookie).toMatch(/; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  using secure = await bench({ publicUrl: "https://ops.example/belay" });
  const { cookie } = await login(secure, undefined, { origin: "https://ops.example" });
  expect(cookie).toContain("Path=/belay/; HttpOnly; Secure; SameSite=Strict");
});

test("the secret is nowhere in the store", async () => {
  using b = await bench();
  const { sent } = await login(b);
  expect(JSON.stringify(await b.engine.store.sessions())).not.toContain(sent.split("=")[1]);
});

test("a session and a code end with their time", async () => {
  using b = await bench();
  const late = await b.http.issueLoginCode();
  const { sent } = await login(b);
  b.clock.time += 15 * 60_000 + 1;
  await expectProblem((await login(b, late)).response, 401, "unauthorized");
  b.clock.time += 12 * 3600_000;
  const me = await b.call("GET", "/session", { as: null, headers: { cookie: sent } });
  await expectProblem(me, 401, "unauthorized");
});

test("a new token in the place of the old one ends every session", async () => {
  using b = await bench();
  const headers = { cookie: (await login(b)).sent };
  const serverWith = (secret: string) =>
    createHttp({
      engine: b.engine,
      channels: [],
      clock: b.clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      config: { ...defaults(), auth: { mode: "token", tokens: tokensWith(secret) } },
    }).app;
  const me = (app: ReturnType<typeof serverWith>) =>
    app.request("http://localhost:3000/session", { headers: { host: "localhost:3000", ...headers } });
  expect((await me(serverWith("secret-admin"))).status).toBe(200);
  const rotated = serverWith("another-secret");
  await expectProblem(await me(rotated), 401, "unauthorized");
  const list = await rotated.request("http://localhost:3000/sessions", {
    headers: { host: "localhost:3000", authorization: "Bearer another-secret" },
  });
  expect(await list.json()).toEqual({ sessions: [] });
});

/** The tests' tokens, with this one as the first administrator's. */
function tokensWith(secret: string): Token[] {
  const { auth } = defaults();
  const tokens = auth.mode === "token" ? auth.tokens : [];
  return tokens.map((token) => (token.name === "admin" ? { ...token, hash: sha256(secret) } : token));
}

test("guessing codes is limited", async () => {
  using b = await bench();
  for (let count = 0; count < 10; count++) {
    await expectProblem((await login(b, `guess ${count}`)).response, 401, "unauthorized");
  }
  await expectProblem((await login(b, "guess")).response, 429, "rate_limited");
});

test.each([
  ["another site", "https://evil.example"],
  ["another port", "http://localhost:4000"],
  ["a sandbox", "null"],
  ["nobody", undefined],
])("with a cookie, a change that comes from %s is refused", async (_, from) => {
  using b = await bench();
  const { sent } = await login(b);
  const headers = { cookie: sent, ...(from === undefined ? {} : { origin: from }) };
  const launch = b.call("POST", "/agent/launch", { as: null, headers, json: { input_prompt: "a" } });
  await expectProblem(await launch, 403, "bad_origin");
  await expectProblem(await b.call("DELETE", "/session", { as: null, headers }), 403, "bad_origin");
});

test("with a cookie, the console itself may change things and anyone may not log it in from elsewhere", async () => {
  using b = await bench();
  const { sent } = await login(b);
  const headers = { cookie: sent, origin };
  const launch = await b.call("POST", "/agent/launch", { as: null, headers, json: { input_prompt: "a" } });
  expect(await launch.json()).toMatchObject({ from: { principal: "console:local" }, channel: "console" });
  const foreign = await login(b, null, { origin: "https://evil.example" });
  await expectProblem(foreign.response, 403, "bad_origin");
});

test("logging out ends the session", async () => {
  using b = await bench();
  const { sent } = await login(b);
  const headers = { cookie: sent, origin };
  const logout = await b.call("DELETE", "/session", { as: null, headers });
  expect([logout.status, logout.headers.get("set-cookie")]).toEqual([
    204,
    expect.stringContaining("Max-Age=0"),
  ]);
  await expectProblem(await b.call("GET", "/session", { as: null, headers }), 401, "unauthorized");
});

test("a revoked session's streams end at once", async () => {
  using b = await bench();
  const run = await b.launch();
  const { sent } = await login(b);
  await using stream = sentEvents(
    await b.call("GET", `/agent/runs/${run.id}/stream`, { as: null, headers: { cookie: sent } }),
  );
  await stream.take(1);
  const list = (await (await b.call("GET", "/sessions")).json()) as { sessions: { id: string }[] };
  expect(list.sessions).toHaveLength(1);
  const id = list.sessions[0]?.id;
  expect((await b.call("DELETE", `/sessions/${id}`)).status).toBe(204);
  expect(await stream.next()).toBeNull();
  await expectProblem(
    await b.call("GET", "/session", { as: null, headers: { cookie: sent } }),
    401,
    "unauthorized",
  );
  await expectProblem(await b.call("DELETE", `/sessions/${id}`), 404, "not_found");
});

test("without login anybody of this machine is the console, and other sites still are not", async () => {
  using b = await bench({ auth: { mode: "none" } });
  const launch = (headers: Record<string, string>) =>
    b.call("POST", "/agent/launch", { as: null, headers, json: { input_prompt: "a" } });
  expect((await launch({})).status).toBe(200);
  const neighbour = await launch({ origin: "http://localhost:5173" });
  expect([neighbour.status, neighbour.headers.get("access-control-allow-origin")]).toEqual([
    200,
    "http://localhost:5173",
  ]);
  await expectProblem(await launch({ origin: "https://evil.example" }), 403, "bad_origin");
  expect(await (await b.call("GET", "/session", { as: null })).json()).toMatchObject({ how: "none" });
});

test("CORS is off unless an origin is listed", async () => {
  using closed = await bench();
  using opened = await bench({ corsOrigins: ["https://tools.example"] });
  const ask = (b: Bench, from: string) =>
    b.call("OPTIONS", "/agent/launch", {
      as: null,
      headers: { origin: from, "access-control-request-method": "POST" },
    });
  const allowed = async (b: Bench, from: string) =>
    (await ask(b, from)).headers.get("access-control-allow-origin");
  expect(await allowed(closed, "http://localhost:5173")).toBeNull();
  expect(await allowed(opened, "https://tools.example")).toBe("https://tools.example");
  expect(await allowed(opened, "https://evil.example")).toBeNull();
});

test("a cookie that is over is no wrong guess, however often a browser sends it", async () => {
  using b = await bench();
  const headers = { cookie: "belay_session=over" };
  for (let i = 0; i < 15; i++) {
    expect((await b.call("GET", "/session", { as: null, headers })).status).toBe(401);
  }
  const json = { code: await b.http.issueLoginCode() };
  expect((await b.call("POST", "/session", { as: null, headers, json })).status).toBe(200);
});

test("what a source sends as its own proof is no wrong token", async () => {
  using b = await bench();
  for (let i = 0; i < 15; i++) {
    const headers = { authorization: "Bearer the secret of a webhook" };
    expect((await b.call("POST", "/webhooks/ci", { as: null, headers, json: {} })).status).toBe(404);
  }
  const wrong = { authorization: "Bearer a wrong token" };
  expect((await b.call("GET", "/agent/runs", { as: null, headers: wrong })).status).toBe(401);
});

test("the owner's token logs in as a code does, again and again", async () => {
  const owner: Token = { name: "local", hash: sha256("the owner's own token"), scopes: ["admin"] };
  using b = await bench({ auth: { mode: "token", tokens: [...tokensWith("another token"), owner] } });
  for (let i = 0; i < 2; i++) {
    const { response } = await login(b, "the owner's own token");
    expect(await response.json()).toMatchObject({ how: "session", principal: "console:local", scopes: null });
  }
});

test("any other token logs in as its holder, who may do what it may and nothing else", async () => {
  using b = await bench();
  const run = await b.launch();
  const { response, sent } = await login(b, "secret-reader");
  const me = { how: "session", principal: "token:reader", name: "reader (token)", scopes: ["read"] };
  expect(await response.json()).toMatchObject(me);
  const headers = { cookie: sent, origin };
  expect(await (await b.call("GET", "/session", { as: null, headers })).json()).toMatchObject(me);
  expect((await b.call("GET", `/agent/state/${run.id}`, { as: null, headers })).status).toBe(200);
  const launch = await b.call("POST", "/agent/launch", { as: null, headers, json: { input_prompt: "a" } });
  await expectProblem(launch, 403, "insufficient_scope");
  await expectProblem(await b.call("GET", "/sessions", { as: null, headers }), 403, "insufficient_scope");
  await expectProblem(
    await b.call("POST", "/session/code", { as: null, headers }),
    403,
    "insufficient_scope",
  );
  const list = await (await b.call("GET", "/sessions")).json();
  expect(list).toMatchObject({ sessions: [{ principal: "token:reader", name: "reader (token)" }] });
  expect((await b.call("DELETE", "/session", { as: null, headers })).status).toBe(204);
  await expectProblem(await b.call("GET", "/session", { as: null, headers }), 401, "unauthorized");
});

/** What the server answers to this cookie after a start with other tokens. */
async function meUnder(b: Bench, tokens: Token[], cookie: string): Promise<Response> {
  const { app } = createHttp({
    engine: b.engine,
    channels: [],
    clock: b.clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    config: { ...defaults(), auth: { mode: "token", tokens } },
  });
  return app.request("http://localhost:3000/session", { headers: { host: "localhost:3000", cookie } });
}

test.each([
  ["another secret", (token: Token) => ({ ...token, hash: sha256("another secret") })],
  ["another name", (token: Token) => ({ ...token, name: "somebody else" })],
  ["other scopes", (token: Token): Token => ({ ...token, scopes: ["read", "answer"] })],
])("every session ends with a token that has %s", async (_, change) => {
  using b = await bench();
  const sessions = [await login(b, "secret-reader"), await login(b, "secret-launcher"), await login(b)];
  const former = tokensWith("secret-admin");
  const tokens = former.map((token) => (token.name === "reader" ? change(token) : token));
  for (const { sent } of sessions) {
    expect((await meUnder(b, former, sent)).status).toBe(200);
    await expectProblem(await meUnder(b, tokens, sent), 401, "unauthorized");
  }
});

test("two tokens that have each other's name: a session of before is nobody's", async () => {
  using b = await bench();
  const { sent } = await login(b, "secret-admin");
  const former = tokensWith("secret-admin");
  const others: Record<string, string> = { admin: "reader", reader: "admin" };
  const tokens = former.map(({ name, scopes, hash }): Token => {
    const other = former.find((token) => token.name === others[name]);
    return other ? { name: other.name, scopes: other.scopes, hash } : { name, scopes, hash };
  });
  await expectProblem(await meUnder(b, tokens, sent), 401, "unauthorized");
});

test("a code logs in as whoever had it made: a token's holder gets no second person by it", async () => {
  using b = await bench();
  const { code } = (await (await b.call("POST", "/session/code")).json()) as { code: string };
  const { response } = await login(b, code);
  expect(await response.json()).toMatchObject({ principal: "token:admin", scopes: ["admin"] });
});
