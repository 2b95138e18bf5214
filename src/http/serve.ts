/** Listens: with time and size limits before any of our code sees a request, and a close that waits for answers. */
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import type { Http } from "./app.ts";

const slowMs = 10_000;
const maxHeaderBytes = 16 * 1024;
/** A request that is on its way through a new connection comes within this time. */
const firstRequestMs = 1_000;

export interface Listening {
  /** The port that was given, or found when 0 was asked for. */
  port: number;
  /** Takes no new requests, ends the streams, waits up to `graceMs` for the rest. */
  close(graceMs: number): Promise<void>;
}

/** The address can't be had; says what to do. */
export class ListenError extends Error {}

/** Rejects with ListenError when the address can't be had. `slowMs`: for tests. */
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
  const open = watchConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new ListenError(whyNot(error, at), { cause: error })));
    server.listen(at.port, at.host, resolve);
  });
  // A connection that can't be taken (no file descriptor is free) is that connection's trouble.
  server.on("error", () => {});
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => close(server, http, open, graceMs),
  };
}

const quietTurns = 3;
const shortTurnMs = 2;
const maxTurns = 1_000;

interface Connection {
  /** Requests in work. */
  working: number;
  /** A request came through it: it is idle when none is in work. */
  used: boolean;
}

/** Browsers open connections that never carry a request. */
function watchConnections(server: Server): Map<Socket, Connection> {
  const open = new Map<Socket, Connection>();
  server.on("connection", (socket: Socket) => {
    open.set(socket, { working: 0, used: false });
    socket.once("close", () => open.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    const connection = open.get(socket) ?? { working: 0, used: true };
    connection.working++;
    connection.used = true;
    response.once("close", () => {
      connection.working--;
      if (connection.working === 0 && !server.listening) socket.destroySoon();
    });
  });
  return open;
}

/** Whoever got a connection is answered: what a new one brings is waited for, an idle one is closed. */
async function close(
  server: Server,
  http: Http,
  open: ReadonlyMap<Socket, Connection>,
  graceMs: number,
): Promise<void> {
  await takeWaiting(server);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  http.endStreams();
  closeIdle(open, ({ used }) => used);
  const unused = setTimeout(() => closeIdle(open, () => true), Math.min(firstRequestMs, graceMs));
  const force = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(unused);
  clearTimeout(force);
}

/**
 * Closing the port resets whatever connection still waits in the kernel's queue, and each turn of the event loop takes one.
 * So it is closed right after turns that found none and were short: in a long one (the machine is busy) others may have come.
 */
async function takeWaiting(server: Server): Promise<void> {
  let quiet = 0;
  const taken = () => {
    quiet = 0;
  };
  server.on("connection", taken);
  // Somebody who connects without end must not keep anybody from stopping.
  for (let turns = 0; quiet < quietTurns && turns < maxTurns; turns++) {
    const began = performance.now();
    quiet++;
    await setImmediate();
    if (performance.now() - began > shortTurnMs) quiet = 0;
  }
  server.off("connection", taken);
}

function closeIdle(open: ReadonlyMap<Socket, Connection>, which: (connection: Connection) => boolean): void {
  for (const [socket, connection] of open) {
    if (connection.working === 0 && which(connection)) socket.destroySoon();
  }
}

function whyNot(error: Error & { code?: string }, { host, port }: { host: string; port: number }): string {
  if (error.code === "EADDRINUSE") {
    return `port ${port} is in use: stop the program that has it, or set PORT to another one`;
  }
  return `can't listen on ${host}:${port}: ${error.message}`;
}
