/** The doctor on a named API: what one look at its host or its health path proves. */
import { describe, expect, test } from "vitest";
import { http } from "../../../adapters/http/tools.ts";
import { diagnosed } from "../../support/diagnosed.ts";
import { get, json, refund, serve, token } from "../../support/http/orders.ts";

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
