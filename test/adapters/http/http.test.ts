/** A call of a named API and its answer, against a real server: one request, and an outcome, known or doubted. */
import { describe, expect, test } from "vitest";
import { http } from "../../../adapters/http/tools.ts";
import { request } from "../../../src/tools/outbound.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { context, json, order, orders, payBack, refund, serve } from "../../support/http/orders.ts";

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

  test("that refuses holds no half of a secret where it is cut", async () => {
    const body = `${"z".repeat(312)} s3cr3t-value ${"z".repeat(300)}`;
    const { url } = await serve((_, response) => response.writeHead(422).end(body));
    const outcome = await orders(url).run("orders_get", order, context);
    expect(outcome).toMatchObject({ message: expect.stringMatching(/z \[secret\] z+…$/) });
  });

  test("keeps all digits of its numbers", async () => {
    const body = '{"order":{"id":9007199254740993,"total":1.5}}';
    const { url } = await serve((_, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(body),
    );
    expect(await orders(url).run("orders_get", order, context)).toMatchObject({
      output: '{"order":{"id":"9007199254740993","total":1.5}}',
    });
  });

  test.each([302, 303])("of %s to what acts may lead to its outcome: nobody guesses", async (status) => {
    const { url } = await serve((_, response) => response.writeHead(status, { location: "/done" }).end());
    const outcome = await orders(url).run("orders_refund", payBack, context);
    expect(outcome).toMatchObject({
      type: "in_doubt",
      reason: expect.stringContaining(`orders answered ${status}`),
    });
  });

  test.each([
    ["/done/7?token=abc", "http://HERE/done/7;"],
    ["/users/log-in?next=%2F", "http://HERE/users/log-in (as for a log-in);"],
    ["https://sso.example.com/a?state=x", "https://sso.example.com/a, on another host (as for a log-in);"],
    ["https://author.example.com/book", "https://author.example.com/book, on another host;"],
    [`/${"a".repeat(500)}`, "/…;"],
    ["/login/callback?code=abc", "http://HERE/login/… (as for a log-in);"],
    ["http://[", "elsewhere;"],
    [undefined, "elsewhere;"],
  ])("that leads to %s says where to, for whoever must say whether it happened", async (location, words) => {
    const { url } = await serve((_, response) =>
      response.writeHead(302, location === undefined ? {} : { location }).end(`Redirecting to ${location}`),
    );
    const outcome = await orders(url).run("orders_refund", payBack, context);
    if (outcome.type !== "in_doubt") throw new Error(JSON.stringify(outcome));
    expect(outcome.reason).toContain("orders answered 302, which leads ");
    expect(outcome.reason).toContain(words.replace("HERE", new URL(url).host));
    expect(outcome.reason).not.toMatch(/token|state|callback|Redirecting/);
    expect(outcome.reason.length).toBeLessThan(320);
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

  test("in another protocol is none, and is told at once", async () => {
    const { url } = await serve((request) => {
      request.socket.end("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    });
    const words = "gave no answer: it ended the connection without one";
    expect(await orders(url).run("orders_get", order, context)).toMatchObject({
      type: "failed",
      message: expect.stringContaining(words),
    });
    expect(await orders(url).run("orders_refund", payBack, context)).toMatchObject({
      type: "in_doubt",
      reason: expect.stringContaining(words),
    });
  });

  test("is not asked for by who has given up before", async () => {
    const { url, seen } = await serve(json({}));
    const outgoing = { method: "POST", url: new URL(url), headers: {}, body: "{}" };
    const reach = { private: true, timeoutMs: 30_000, maxBytes: 1_000 };
    const asked = request(outgoing, reach, AbortSignal.abort());
    await expect(asked).rejects.toMatchObject({ name: "NoAnswer", sent: false });
    expect(seen).toEqual([]);
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
