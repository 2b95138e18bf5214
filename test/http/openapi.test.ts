/** The API's description: complete, true to what the server sends, readable without foreign scripts. */
import { expect, test } from "vitest";
import { problemCodes } from "../../src/http/guard/problem-codes.ts";
import { operationIds, operations } from "../../src/http/wire/operations.ts";
import { agentListSchema, healthSchema, toolListSchema } from "../../src/http/wire/server.ts";
import { bench } from "../support/http/server.ts";

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; parameters?: { name: string; in: string }[] }>>;
  components: { schemas: Record<string, unknown> };
}

async function document(): Promise<Document> {
  using b = await bench();
  const response = await b.call("GET", "/openapi.json", { as: null });
  return (await response.json()) as Document;
}

test("every route the router knows is in the document, and no other", async () => {
  using b = await bench();
  const { paths } = await document();
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routed = b.http.app.routes
    .filter((route) => route.method !== "ALL" && !route.path.includes("*"))
    .map((route) => `${route.method} ${route.path.replace(/:(\w+)/g, "{$1}")}`);
  expect(described.sort()).toEqual([...new Set(routed)].sort());
  expect(described).toHaveLength(operationIds.length);
});

test("it is well-formed: every reference leads somewhere, every path parameter is described", async () => {
  const api = await document();
  expect(api.openapi).toBe("3.1.0");
  const text = JSON.stringify(api);
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
    expect(Object.keys(api.components.schemas)).toContain(name);
  }
  expect(text).not.toMatch(/"\$ref":"#\/(?!components)/);
  const names = new Set<string>();
  for (const [path, methods] of Object.entries(api.paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { operationId, parameters = [] } of Object.values(methods)) {
      names.add(operationId);
      expect(parameters.filter((one) => one.in === "path").map((one) => one.name)).toEqual(inPath);
    }
  }
  expect(names.size).toBe(operationIds.length);
  for (const code of problemCodes) expect(text).toContain(code);
});

test("the document is JSON Schema from the zod schemas: the launch body is strict", async () => {
  const api = JSON.parse(JSON.stringify(await document()));
  const { schema } = api.paths["/agent/launch"].post.requestBody.content["application/json"];
  expect(schema).toMatchObject({
    type: "object",
    required: ["input_prompt"],
    additionalProperties: false,
    properties: { input_prompt: { type: "string", maxLength: 32768 } },
  });
});

test("what the server says about itself has the described shapes", async () => {
  using b = await bench();
  const json = async (path: string) => (await b.call("GET", path)).json();
  expect(agentListSchema.parse(await json("/agents"))).toMatchObject({
    agents: [
      { name: "helper", may_launch: true },
      { name: "secret", may_launch: false },
    ],
    default: "helper",
  });
  expect(toolListSchema.parse(await json("/tools")).tools).toContainEqual(
    expect.objectContaining({
      name: "restart_service",
      effect: "once",
      approval: expect.objectContaining({ count: 1 }),
    }),
  );
  expect(healthSchema.parse(await json("/health"))).toMatchObject({ status: "ok", model: "test model" });
  expect(await json("/webhooks")).toEqual({
    webhooks: [{ name: "ci", agent: "helper", path: "/webhooks/ci", url: null, last_run: null }],
  });
});

test("the page shows every route and needs no script", async () => {
  using b = await bench();
  const response = await b.call("GET", "/docs", { as: null });
  const page = await response.text();
  expect(page).not.toMatch(/<script|style=|https?:/);
  const shown = [...page.matchAll(/<h2><code>(.*?)<\/code>/g)].map(([, heading]) => heading);
  expect(shown).toEqual(
    operationIds.map((id) => {
      const { method, path } = operations[id];
      return `${method.toUpperCase()} ${path.replace(/:(\w+)/g, "{$1}")}`;
    }),
  );
  expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
});

test("a problem's type leads to words about it", async () => {
  using b = await bench();
  expect(await (await b.call("GET", "/problems/run-busy", { as: null })).text()).toContain("run_busy (409)");
});
