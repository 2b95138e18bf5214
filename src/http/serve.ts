/** Listens: with time and size limits before any of our code sees a request, and a close that waits for answers. */
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Http } from "./app.ts";

const slowMs = 10_000;
const maxHeaderBytes = 16 * 1024;

export interface Listening {
  /** The port that was given, or found when 0 was asked for. */
  port: number;
  /** Takes no new requests, ends the streams, waits up to `graceMs` for the rest. */
  close(graceMs: number): Promise<void>;
}

/** Rejects with words for the operator when the address can't be had. `slowMs`: for tests. */
export async function serve(
  http: Http,
  at: { host: string; port: number; slowMs?: number },
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request, env) => http.app.fetch(request, env as object),
    serverOptions: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: at.slowMs ?? slowMs,
      requestTimeout: at.slowMs ?? slowMs,
      connectionsCheckingInterval: Math.min(1000, (at.slowMs ?? slowMs) / 2),
      keepAliveTimeout: 5_000,
    },
  }) as Server;
  const working = countRequests(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new Error(whyNot(error, at), { cause: error })));
    server.listen(at.port, at.host, resolve);
  });
  // A connection that can't be taken (no file descriptor is free) is that connection's trouble.
  server.on("error", () => {});
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => close(server, http, working, graceMs),
  };
}

/** How many requests each open connection has in work: browsers open some that never carry one. */
function countRequests(server: Server): Map<Socket, number> {
  const working = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    working.set(socket, 0);
    socket.once("close", () => working.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    working.set(socket, (working.get(socket) ?? 0) + 1);
    response.once("close", () => {
      const left = (working.get(socket) ?? 1) - 1;
      working.set(socket, left);
      if (left === 0 && !server.listening) socket.destroySoon();
    });
  });
  return working;
}

async function close(
  server: Server,
  http: Http,
  working: Map<Socket, number>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  http.endStreams();
  for (const [socket, requests] of working) if (requests === 0) socket.destroySoon();
  const force = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(force);
}

function whyNot(error: Error & { code?: string }, { host, port }: { host: string; port: number }): string {
  if (error.code === "EADDRINUSE") {
    return `port ${port} is in use: stop the program that has it, or set PORT to another one`;
  }
  return `can't listen on ${host}:${port}: ${error.message}`;
}
