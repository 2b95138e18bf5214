/** A server over HTTP in the test's own process, which is told how to answer and keeps what it was sent. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

export interface Heard {
  path: string;
  authorization: string | undefined;
  body: string;
}

type Answer = (heard: Heard, response: ServerResponse) => boolean;

/** `answer`: true when it answered by itself; else the server does, as one that behaves. */
export async function webServer(answer: Answer = () => false): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const one = { path: request.url ?? "", authorization: request.headers.authorization, body };
    heard.push(one);
    if (!answer(one, response)) behave(request, response, body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return { url: `http://127.0.0.1:${port}/mcp`, heard };
}

export function json(response: ServerResponse, value: unknown, status = 200): true {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  return true;
}

function behave(request: IncomingMessage, response: ServerResponse, body: string): void {
  if (request.method !== "POST") return void response.writeHead(405).end();
  const { id, method, params } = JSON.parse(body);
  if (id === undefined) return void response.writeHead(202).end();
  const results: Record<string, unknown> = {
    initialize: {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "web", version: "1.0.0" },
    },
    "tools/list": { tools: [{ name: "work", description: "Works.", inputSchema: { type: "object" } }] },
    "tools/call": { content: [{ type: "text", text: "did it" }] },
  };
  const result = results[method];
  const error = { code: -32601, message: "Method not found" };
  json(response, result === undefined ? { jsonrpc: "2.0", id, error } : { jsonrpc: "2.0", id, result });
}
