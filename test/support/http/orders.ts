/** A shop's API that is called: a real server, its two operations, and the toolbox that speaks to it. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { http } from "../../../adapters/http/tools.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";

export const token = secretOf("ORDERS_TOKEN", "s3cr3t-value");
export const context = {
  runId: "r1",
  callId: "c1",
  key: "r1:c1",
  epoch: 1,
  signal: new AbortController().signal,
};

export interface Seen {
  line: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export async function serve(answer: RequestListener): Promise<{ url: string; seen: Seen[] }> {
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

export const json =
  (value: unknown, status = 200): RequestListener =>
  (_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

export const get = {
  name: "get",
  description: "One order.",
  method: "GET",
  path: "/orders/{id}?expand={expand}&limit=10",
  input: z.object({ id: z.string(), expand: z.string().nullable() }),
  effect: "read",
} as const;

export const refund = {
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

export function orders(baseUrl: string, change: { get?: object; refund?: object; api?: object } = {}) {
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

export const order = { id: "o-1", expand: null };
export const payBack = { id: "o-1", amount: 5, note: null };
