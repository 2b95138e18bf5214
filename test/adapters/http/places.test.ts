/** No request of a named API goes outside of what was declared, whatever a value, a host or a declaration says. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outgoingOf } from "../../../adapters/http/outgoing.ts";
import { http } from "../../../adapters/http/tools.ts";
import { context, get, json, order, orders, serve, token } from "../../support/http/orders.ts";

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
      ...[
        "..",
        ".",
        "/",
        "\\",
        "//evil.example",
        "@evil.example",
        "user:pass@",
        "#",
        "?",
        "&",
        "=",
        ";",
        "'",
      ],
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

  test("an apostrophe is a letter like any other, a value's own or one of the template", () => {
    const shape = { method: "GET", path: "/orders?filter=name%20eq%20'{name}'" };
    const { url } = outgoingOf(target, shape, { name: "O'Brien" }, "k");
    expect(url.searchParams.get("filter")).toBe("name eq 'O'Brien'");
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
    ["without TLS", { baseUrl: "http://orders.example" }, {}, "baseUrl: must begin with https://"],
    [
      "with a password in its URL",
      { baseUrl: "https://a:b@orders.example" },
      {},
      "baseUrl: holds a user or password",
    ],
    ["with a query in its base", { baseUrl: "https://orders.example?x=1" }, {}, "has a query"],
    ["for a path that climbs", {}, { path: "/orders/../{id}?expand={expand}" }, "can't stand in a URL"],
    ["for a path that is none", {}, { path: "orders/{id}" }, "is no path"],
    [
      "for an unknown placeholder",
      {},
      { path: "/{id}/{what}?e={expand}" },
      "what is no input; the inputs are",
    ],
    [
      "for a misspelt placeholder",
      {},
      { path: "/{id}?e={expnad}" },
      "expnad is no input (did you mean expand?); the inputs are",
    ],
    ["for an unused input", {}, { path: "/orders/{id}" }, "the input expand is not used"],
    ["for null in a path", {}, { path: "/{expand}/{id}" }, "may be null"],
    ["for a query name of the model's", {}, { path: "/{id}?{expand}=1" }, "write out each name"],
    ["for a query that a URL has not", {}, { path: '/{id}?e="{expand}"' }, "encode it"],
    ["for a body where none can be", {}, { path: "/{id}", body: ["expand"] }, "GET has no body"],
    ["for a pointer that is none", {}, { pick: "data.items" }, "is no JSON pointer"],
  ])("%s", (_, api, operation, words) => {
    expect(declared(api, operation)).toThrow(words);
  });
});
