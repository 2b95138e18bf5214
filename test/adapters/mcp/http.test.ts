/** Servers over HTTP: where requests may go, who calls, and what is known when no answer comes. */
import { expect, onTestFinished, test } from "vitest";
import { mcp } from "../../../adapters/mcp/tools.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { type Child, startChild } from "../../support/child.ts";
import { freePort } from "../../support/free-port.ts";
import { acceptedAt, call, folder, server } from "./bench.ts";
import { json, webServer } from "./web-server.ts";

async function everythingAt(port: number): Promise<Child> {
  const env = { ...process.env, PORT: String(port) };
  const child = startChild("test/adapters/mcp/everything-http-child.ts", [], { env });
  onTestFinished(() => child.kill());
  await child.says(/"port":\d+/);
  return child;
}

test("everything over HTTP is used, missed while it is gone, and found again", async () => {
  const port = await freePort();
  const child = await everythingAt(port);
  const from = await acceptedAt({
    ...{ url: `http://127.0.0.1:${port}/mcp`, name: "everything", prefix: "any" },
    ...{ allow: ["get-sum"], tools: { "get-sum": { effect: "read" } } },
  });
  const sum = () => call(from, "any_get_sum", { a: 2, b: 40 });
  expect(await sum()).toMatchObject({ output: expect.stringContaining("42") });
  await child.kill();
  expect(await sum()).toMatchObject({ type: "failed", message: expect.stringContaining("is away") });
  expect(from.status()).toMatchObject({ ok: false, detail: expect.stringContaining("ECONNREFUSED") });
  await everythingAt(port);
  expect(await sum()).toMatchObject({ output: expect.stringContaining("42") });
  expect(from.status()).toMatchObject({ ok: true });
});

test("a session that the server has forgotten is begun anew, also for what must happen once", async () => {
  const port = await freePort();
  const child = await everythingAt(port);
  const from = await acceptedAt({ url: `http://127.0.0.1:${port}/mcp`, allow: ["get-sum"] });
  const sum = () => call(from, "web_get_sum", { a: 2, b: 40 });
  expect(await sum()).toMatchObject({ type: "finished" });
  await child.kill();
  await everythingAt(port);
  expect(await sum()).toMatchObject({ output: expect.stringContaining("42") });
});

test("the token is sent with every request, and stands in no word of what fails", async () => {
  const token = secretOf("WEB_TOKEN", "canary-bearer-1234");
  const { url, heard } = await webServer();
  const from = await acceptedAt({ url, bearer: token });
  expect(await call(from, "web_work", {})).toMatchObject({ output: "did it" });
  expect(new Set(heard.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer canary-bearer-1234"]),
  );
  expect(heard.map(({ body }) => body).join()).not.toContain("canary");
});

test("who is refused is told so, without its token", async () => {
  const { url } = await webServer((_, response) => {
    response.writeHead(401, { "x-said": "canary-bearer-1234" }).end("you sent canary-bearer-1234");
    return true;
  });
  const options = { configDir: folder(), name: "web", allow: "*", private: true, url } as const;
  const from = server({ ...options, bearer: secretOf("WEB_TOKEN", "canary-bearer-1234") });
  const status = await from.look();
  expect(status.ok).toBe(false);
  expect(JSON.stringify(status)).not.toContain("canary");
});

test("a secret that is not set leaves out what was accepted", async () => {
  const { url } = await webServer();
  const rules = { configDir: folder(), name: "web", url, allow: "*", private: true } as const;
  const before = mcp({ ...rules, bearer: secretOf("WEB_TOKEN", "canary-bearer-1234") });
  await before.accept();
  await before.stop();
  const from = mcp({ ...rules, bearer: secretOf("WEB_TOKEN", null) });
  expect(from.tools.map(({ off, missingSecrets }) => ({ off, missingSecrets }))).toEqual([
    { off: null, missingSecrets: ["WEB_TOKEN"] },
  ]);
});

test("client credentials get a token, which is used until it is refused, and then got anew", async () => {
  let grants = 0;
  const { url, heard } = await webServer((one, response) => {
    if (one.path === "/token") {
      grants += 1;
      return json(response, { access_token: `granted-${grants}`, token_type: "Bearer", expires_in: 3600 });
    }
    if (one.authorization === "Bearer granted-2" || (grants === 1 && !one.body.includes("tools/call")))
      return false;
    response.writeHead(401).end();
    return true;
  });
  const oauth = {
    tokenUrl: new URL("/token", url).href,
    clientId: "belay",
    clientSecret: secretOf("WEB_SECRET", "canary-secret-1234"),
    scope: "tools",
  };
  const from = await acceptedAt({ url, oauth, effect: "read" });
  grants = 0;
  expect(await call(from, "web_work", {})).toMatchObject({ output: "did it" });
  expect(grants).toBe(2);
  const asked = heard.filter(({ path }) => path === "/token");
  expect(asked[0]?.body).toBe("grant_type=client_credentials&scope=tools");
  expect(asked[0]?.authorization).toBe(`Basic ${btoa("belay:canary-secret-1234")}`);
  const others = heard.filter(({ path }) => path !== "/token");
  expect(JSON.stringify(others)).not.toContain("canary");
});

test("a token that was granted stands in no word of what fails, nor in what the server repeats of it", async () => {
  const { url } = await webServer((one, response) => {
    if (one.path === "/token")
      return json(response, { access_token: "canary-granted-1234", token_type: "Bearer", expires_in: 3600 });
    if (!one.body.includes("tools/call")) return false;
    response
      .writeHead(500, { "content-type": "text/plain" })
      .end(`you sent ${one.authorization?.slice("Bearer ".length)}`);
    return true;
  });
  const clientSecret = secretOf("WEB_SECRET", "canary-secret-1234");
  const oauth = { tokenUrl: new URL("/token", url).href, clientId: "belay", clientSecret };
  for (const effect of ["read", "once"] as const) {
    const from = await acceptedAt({ url, oauth, effect });
    const outcome = await call(from, "web_work", {});
    expect(JSON.stringify(outcome)).toContain("you sent");
    expect(JSON.stringify([outcome, from.status()])).not.toContain("canary");
  }
});

test("a server at a private address is not reached unless it is said, nor by a name that leads there", async () => {
  const { url, heard } = await webServer();
  const options = { configDir: folder(), name: "web", allow: "*" } as const;
  const byName = server({
    ...{ ...options, url: "https://mcp.example.com/mcp" },
    resolve: (_, __, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  const status = await byName.look();
  expect(status).toMatchObject({ ok: false, detail: expect.stringContaining("mcp.example.com") });
  expect(status.detail).toContain("public");
  expect(() => mcp({ ...options, url })).toThrow("must begin with https://");
  expect(heard).toEqual([]);
});

test.each([
  ["once", "in_doubt", 1],
  ["read", "failed", 2],
] as const)("a connection that breaks in a call of %s leaves it %s", async (effect, type, times) => {
  const { url, heard } = await webServer((one, response) => {
    if (!one.body.includes("tools/call")) return false;
    response.destroy();
    return true;
  });
  const from = await acceptedAt({ url, effect });
  expect(await call(from, "web_work", {})).toMatchObject({ type });
  expect(heard.filter(({ body }) => body.includes("tools/call"))).toHaveLength(times);
});

test.each([
  ["once", "in_doubt", "reason"],
  ["read", "failed", "message"],
] as const)(
  "an answer without bounds to a call of %s is not read to its end: %s",
  async (effect, type, key) => {
    const { url } = await webServer((one, response) => {
      if (!one.body.includes("tools/call")) return false;
      const text = "x".repeat(17 * 1024 * 1024);
      const { id } = JSON.parse(one.body);
      return json(response, { jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } });
    });
    const from = await acceptedAt({ url, effect });
    const outcome = await call(from, "web_work", {});
    expect(outcome).toMatchObject({ type, [key]: expect.stringContaining("more than 16 MB at once") });
  },
);

test.each([
  [503, "in_doubt"],
  [408, "in_doubt"],
  [403, "failed"],
] as const)("the status %i leaves a call that must happen once %s", async (status, type) => {
  const { url } = await webServer((one, response) => {
    if (!one.body.includes("tools/call")) return false;
    response.writeHead(status).end();
    return true;
  });
  const from = await acceptedAt({ url });
  expect(await call(from, "web_work", {})).toMatchObject({ type });
});

test.each([
  [{ url: "mcp.example" }, 'url: "mcp.example" is no http(s) URL'],
  [{ url: "https://me:pass@mcp.example" }, "url: holds a user or password"],
  [
    {
      url: "https://mcp.example",
      bearer: secretOf("A", "x"),
      oauth: { tokenUrl: "https://t.example", clientId: "c", clientSecret: secretOf("B", "y") },
    },
    "give bearer or oauth, not both",
  ],
])("a declaration like %j says what to correct", (change, words) => {
  expect(() => mcp({ configDir: folder(), name: "web", allow: "*", ...change })).toThrow(words);
});
