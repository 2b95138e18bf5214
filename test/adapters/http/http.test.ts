/** Named APIs against a real server: no request outside of what was declared, whatever a value says. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { outgoingOf } from "../../../adapters/http/outgoing.ts";
import { http } from "../../../adapters/http/tools.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";
import { diagnosed } from "../../support/diagnosed.ts";

const token = secretOf("ORDERS_TOKEN", "s3cr3t-value");
const context = { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal: new AbortController().signal };

interface Seen {
  line: string;
  headers: IncomingMessage["headers"];
  body: string;
}

async function serve(answer: RequestListener): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    seen.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`, seen };
}

const json =
  (value: unknown, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

const get = {
  name: "get",
  description: "One order.",
  method: "GET",
  path: "/orders/{id}?expand={expand}&limit=10",
  input: z.object({ id: z.string(), expand: z.string().nullable() }),
  effect: "read",
} as const;

const refund = {
  name: "refund",
  description: "Pay an order back.",
  method: "POST",
  path: "/orders/{id}/refunds",
  input: z.object({ id: z.string(), amount: z.number(), note: z.string().nullable() }),
  body: ["amount", "note"],
  effect: "once",
  idempotencyHeader: "Idempotency-Key",
  timeoutMs: 2_000,
} as const;

function orders(baseUrl: string, change: { get?: object; refund?: object; api?: object } = {}) {
  const tools = http({
    name: "orders",
    baseUrl,
    private: true,
    headers: { authorization: ["Bearer ", token] },
    operations: [
      { ...get, ...change.get },
      { ...refund, ...change.refund },
    ],
    ...change.api,
  });
  return createToolbox(tools, { redact: (text) => text.replaceAll("s3cr3t-value", "[secret]") });
}

const order = { id: "o-1", expand: null };
const payBack = { id: "o-1", amount: 5, note: null };

describe("a call", () => {
  test("becomes one request: path, query and body from its values, secrets in its headers", async () => {
    const { url, seen } = await serve(json({ data: { items: [1, 2] }, more: "much" }));
    const toolbox = orders(url, { get: { pick: "/data/items" } });
    const found = await toolbox.run("orders_get", { id: "a b?c", expand: "x&y=1" }, context);
    expect(found).toEqual({ type: "finished", output: "[1,2]", omitted: 0 });
    await toolbox.run("orders_refund", payBack, context);
    expect(seen.map(({ line, body }) => [line, body])).toEqual([
      ["GET /api/v1/orders/a%20b%3Fc?expand=x%26y%3D1&limit=10", ""],
      ["POST /api/v1/orders/o-1/refunds", '{"amount":5,"note":null}'],
    ]);
    expect(seen[1]?.headers).toMatchObject({
      authorization: "Bearer s3cr3t-value",
      "content-type": "application/json",
      "idempotency-key": "r1:c1",
    });
  });

  test("leaves out a query value that is null, and is shown whole to its approver", async () => {
    const toolbox = orders("http://127.0.0.1:9/api/v1");
    expect(await toolbox.preview("orders_get", order, context)).toBe(
      "GET http://127.0.0.1:9/api/v1/orders/o-1?limit=10",
    );
    expect(await toolbox.preview("orders_refund", payBack, context)).toBe(
      'POST http://127.0.0.1:9/api/v1/orders/o-1/refunds\n{"amount":5,"note":null}',
    );
  });

  test("without its secret makes no tool; without an approval rule of its own, what acts needs one", () => {
    const [tool] = http({
      name: "orders",
      baseUrl: "https://orders.example",
      headers: { authorization: ["Bearer ", secretOf("ORDERS_TOKEN", null)] },
      operations: [refund],
    });
    expect(tool?.missingSecrets).toEqual(["ORDERS_TOKEN"]);
    expect(tool?.spec).toMatchObject({ effect: "once", untrusted: true, approval: { count: 1 } });
  });
});

describe("an answer", () => {
  test.each([
    [404, {}, "orders answered 404: there is no such thing"],
    [401, {}, "its token may not do this"],
    [429, { "retry-after": "7" }, "too often; wait 7 s"],
    [422, {}, 'orders answered 422. It said: {"why":"[secret] is wrong"}'],
    [302, { location: "http://169.254.169.254/" }, "redirects are not followed"],
    [503, {}, "in trouble itself"],
  ])("of %s is told with what to do", async (status, headers, words) => {
    const { url, seen } = await serve((_, response) =>
      response.writeHead(status, headers).end('{"why":"s3cr3t-value is wrong"}'),
    );
    const outcome = await orders(url).run("orders_get", order, context);
    expect(outcome).toMatchObject({ type: "failed", message: expect.stringContaining(words) });
    expect(seen).toHaveLength(1);
  });

  test("that does not hold what is picked says what it holds", async () => {
    const { url } = await serve(json({ data: { rows: [] } }));
    const outcome = await orders(url, { get: { pick: "/data/items" } }).run("orders_get", order, context);
    expect(outcome).toMatchObject({ message: "the answer has nothing at /data/items: its keys are rows" });
  });

  test("that can't be read makes nothing undone", async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(201, { "content-type": "application/json" }).end("<html>"),
    );
    const outcome = await orders(url).run("orders_refund", payBack, context);
    expect(outcome).toMatchObject({ type: "finished", output: expect.stringContaining("It was done (201)") });
  });

  test("that is lost leaves a doubt where it must happen once, and can be asked for again where not", async () => {
    const { url } = await serve((request) => request.socket.destroy());
    const toolbox = orders(url);
    expect(await toolbox.run("orders_refund", payBack, context)).toMatchObject({ type: "in_doubt" });
    const read = await toolbox.run("orders_get", order, context);
    expect(read).toMatchObject({ type: "failed", message: expect.stringContaining("may be tried again") });
  });

  test.each([502, 504])("of a gateway that gave up (%s) leaves the same doubt", async (status) => {
    const { url } = await serve(json({}, status));
    expect(await orders(url).run("orders_refund", payBack, context)).toMatchObject({ type: "in_doubt" });
    expect(await orders(url).run("orders_get", order, context)).toMatchObject({ type: "failed" });
  });

  test("that never comes is a doubt within its time", async () => {
    const { url } = await serve(() => {});
    const outcome = await orders(url, { refund: { timeoutMs: 100 } }).run("orders_refund", payBack, context);
    expect(outcome).toMatchObject({ type: "in_doubt", reason: expect.stringContaining("within 0.1 s") });
  });

  test("of nobody is no doubt: nothing was sent", async () => {
    const outcome = await orders("http://127.0.0.1:1/x").run("orders_refund", payBack, context);
    expect(outcome).toMatchObject({ type: "failed", message: expect.stringContaining("nothing was sent") });
  });
});

describe("a host", () => {
  test.each([
    "https://127.0.0.1",
    "https://2130706433",
    "https://0x7f.1",
    "https://[::ffff:169.254.169.254]",
  ])("%s that is not declared private is never spoken to", async (baseUrl) => {
    const outcome = await orders(baseUrl, { api: { private: false } }).run("orders_get", order, context);
    expect(outcome).toMatchObject({ message: expect.stringContaining("is not at a public address") });
  });

  test.each(["http://169.254.169.254", "http://[::ffff:169.254.169.254]", "http://imds.example"])(
    "%s gives out credentials and is never spoken to, also where it is declared private",
    async (baseUrl) => {
      const resolve = (_: string, __: object, done: (error: null, found: object[]) => void) =>
        done(null, [{ address: "169.254.169.254", family: 4 }]);
      const outcome = await orders(baseUrl, { api: { resolve } }).run("orders_get", order, context);
      expect(outcome).toMatchObject({ message: expect.stringContaining("a cloud gives out credentials") });
    },
  );

  test("whose name leads inside is not spoken to, however it is called", async () => {
    const { url, seen } = await serve(json({}));
    const baseUrl = url.replace("http://127.0.0.1", "https://orders.example");
    const resolve = (_: string, __: object, done: (error: null, found: object[]) => void) =>
      done(null, [{ address: "127.0.0.1", family: 4 }]);
    const toolbox = orders(baseUrl, { api: { private: false, resolve } });
    const outcome = await toolbox.run("orders_get", order, context);
    expect(outcome).toMatchObject({ message: expect.stringContaining("orders.example is not at a public") });
    expect(seen).toEqual([]);
  });
});

describe("10,000 hostile values", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...["..", ".", "/", "\\", "//evil.example", "@evil.example", "user:pass@", "#", "?", "&", "=", ";"],
      ...["%2e%2e", "%2f", "%00", "%0d%0a", "\r\nHost: evil.example", "\n", "\0", "\t", "\u2028", "\ud800"],
      ...[
        "http://169.254.169.254/",
        "http://2130706433/",
        "[::ffff:7f00:1]",
        "{id}",
        "\u3002",
        "\uff0f",
        "o-1",
      ],
    ),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  const hostile = fc.oneof(
    fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join("")),
    fc.constantFrom("", ".", "..", "x".repeat(8_001)),
  );
  const target = { baseUrl: "https://orders.example/api/v1", headers: { authorization: ["Bearer ", token] } };

  test("stay in their segment and their query value, or are refused; no request goes elsewhere", () => {
    let built = 0;
    fc.assert(
      fc.property(hostile, fc.option(hostile), hostile, (id, expand, key) => {
        const shape = { ...get, idempotencyHeader: "Idempotency-Key" };
        const outgoing = attempt(() => outgoingOf(target, shape, { id, expand }, key));
        if (!outgoing) return;
        built += 1;
        const { url, headers } = outgoing;
        const [root, ...segments] = url.pathname.split("/");
        expect([url.origin, url.username, url.hash, root]).toEqual(["https://orders.example", "", "", ""]);
        expect(segments.map(decodeURIComponent)).toEqual(["api", "v1", "orders", id]);
        expect([...url.searchParams].filter(([name]) => name !== "expand")).toEqual([["limit", "10"]]);
        expect(url.searchParams.getAll("expand")).toEqual(expand === null ? [] : [expand]);
        expect(Object.values(headers).join("")).not.toMatch(/[^\x20-\x7e]/);
      }),
      { numRuns: 10_000 },
    );
    expect(built).toBeGreaterThan(500);
  });

  test("reach a real server in their place, of a hundred of them", async () => {
    const { url, seen } = await serve(json({}));
    const toolbox = orders(url);
    const sent: string[] = [];
    for (const id of fc.sample(hostile, { numRuns: 100, seed: 11 })) {
      const { input, error } = toolbox.check("orders_get", JSON.stringify({ id, expand: null }));
      if (error) continue;
      sent.push(id);
      await toolbox.run("orders_get", input, context);
    }
    expect(sent.length).toBeGreaterThan(10);
    const line = (id: string) => `GET /api/v1/orders/${encodeURIComponent(id)}?limit=10`;
    expect(seen.map((one) => one.line)).toEqual(sent.map(line));
  });

  function attempt<T>(build: () => T): T | null {
    try {
      return build();
    } catch {
      return null;
    }
  }
});

describe("a declaration is refused", () => {
  const declared = (api: object, operation: object) => () =>
    http({
      name: "orders",
      baseUrl: "https://orders.example",
      ...api,
      operations: [{ ...get, ...operation }],
    });

  test.each<[string, object, object, string]>([
    ["without TLS", { baseUrl: "http://orders.example" }, {}, "is not https"],
    ["with a password in its URL", { baseUrl: "https://a:b@orders.example" }, {}, "a header with a secret"],
    ["with a query in its base", { baseUrl: "https://orders.example?x=1" }, {}, "has a query"],
    ["for a path that climbs", {}, { path: "/orders/../{id}?expand={expand}" }, "can't stand in a URL"],
    ["for a path that is none", {}, { path: "orders/{id}" }, "is no path"],
    ["for an unknown placeholder", {}, { path: "/{id}/{what}?e={expand}" }, "what is no input"],
    ["for an unused input", {}, { path: "/orders/{id}" }, "the input expand is not used"],
    ["for null in a path", {}, { path: "/{expand}/{id}" }, "may be null"],
    ["for a query name of the model's", {}, { path: "/{id}?{expand}=1" }, "write out each name"],
    ["for a body where none can be", {}, { path: "/{id}", body: ["expand"] }, "GET has no body"],
    ["for a pointer that is none", {}, { pick: "data.items" }, "is no JSON pointer"],
  ])("%s", (_, api, operation, words) => {
    expect(declared(api, operation)).toThrow(words);
  });
});

describe("the doctor", () => {
  const headers = { authorization: ["Bearer ", token] } as const;
  const at = (baseUrl: string, more: { healthPath?: string } = {}) =>
    diagnosed(http({ name: "orders", baseUrl, private: true, headers, operations: [get, refund], ...more }));

  test("asks the host once, runs no operation, and says that this proves little", async () => {
    const { url, seen } = await serve(json({}, 404));
    const found = await at(url);
    expect(seen.map(({ line }) => line)).toEqual(["HEAD /api/v1/"]);
    expect(found).toMatchObject([
      { ok: true, check: "API orders", detail: expect.stringMatching(/^404 to HEAD .*healthPath/) },
    ]);
  });

  test("asks the path that is named, with its headers, and shows none of them", async () => {
    const { url, seen } = await serve((request, response) =>
      response.writeHead(request.url === "/api/v1/health" ? 204 : 503).end(),
    );
    expect(await at(url, { healthPath: "/health" })).toMatchObject([
      { ok: true, detail: expect.stringContaining("204 to GET") },
    ]);
    expect(seen[0]?.headers.authorization).toBe("Bearer s3cr3t-value");
    const sick = await at(url, { healthPath: "/other" });
    expect(sick).toMatchObject([{ ok: false, detail: expect.stringContaining("503 to GET") }]);
    expect(JSON.stringify(sick)).not.toContain("s3cr3t");
  });

  test("names the secret that is not taken, and says so where nobody listens", async () => {
    const { url } = await serve(json({}, 401));
    expect(await at(url, { healthPath: "/health" })).toMatchObject([
      { ok: false, fix: "Renew ORDERS_TOKEN." },
    ]);
    expect(await at("http://127.0.0.1:9/api")).toMatchObject([
      { ok: false, detail: expect.stringContaining("ECONNREFUSED"), fix: expect.stringContaining("baseUrl") },
    ]);
  });

  test("takes a base where nothing is for no fault, and says what it doubts", async () => {
    const { url } = await serve(json({}, 401));
    const more = "a healthPath in belay.config.ts would say more";
    expect(await at(url)).toMatchObject([
      { ok: true, detail: expect.stringContaining(`it is there, and may not take ORDERS_TOKEN; ${more}`) },
    ]);
    const open = http({ name: "orders", baseUrl: url, private: true, operations: [get] });
    expect(await diagnosed(open)).toMatchObject([
      {
        ok: true,
        detail: expect.stringContaining("it is there, and may ask for a secret that no header has"),
      },
    ]);
  });

  test("healthPath is a plain path", () => {
    for (const healthPath of ["health", "/a?b", "/{id}", "/a b"]) {
      const api = { name: "orders", baseUrl: "https://a.example", operations: [get], healthPath };
      expect(() => http(api)).toThrow(/write it like \/health/);
    }
  });
});
