/** Protects the next request on a connection from the unread rest of a body that was answered early. */
import type { IncomingMessage } from "node:http";
import { createMiddleware } from "hono/factory";
import type { Env } from "./context.ts";

/** What is thrown away for the sake of the connection: more than that, or slower, and the connection is closed. */
const mostBytes = 1024 * 1024;
/** The same of a body whose length nobody has told. */
const mostOfUntold = 64 * 1024;
const patienceMs = 500;
/** What is thrown away still costs memory until it is collected: of so many at a time, the others are closed at once. */
const mostAtOnce = 16;
let atOnce = 0;

/**
 * What was refused unread is read to its end and forgotten, within limits; beyond them the answer says that the
 * connection ends with it. Otherwise a sender that keeps connections (any proxy) loses whatever it sends next.
 */
export const finishBody = createMiddleware<Env>(async (c, next) => {
  await next();
  // Without a socket (a test calls the app itself) there is nothing to harm.
  const incoming: IncomingMessage | undefined = c.env?.incoming;
  if (incoming === undefined || incoming.complete) return;
  if (!(await finished(incoming))) c.header("Connection", "close");
});

async function finished(incoming: IncomingMessage): Promise<boolean> {
  const told = incoming.headers["content-length"];
  if (Number(told ?? 0) > mostBytes || atOnce >= mostAtOnce) return false;
  atOnce++;
  try {
    return await reachesEnd(incoming, told === undefined ? mostOfUntold : mostBytes);
  } finally {
    atOnce--;
  }
}

function reachesEnd(incoming: IncomingMessage, most: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let bytes = 0;
  const count = (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    if (bytes > most) settle(false);
  };
  const end = () => settle(incoming.complete);
  const timer = setTimeout(() => settle(false), patienceMs);
  const settle = (isAtEnd: boolean) => {
    clearTimeout(timer);
    incoming.off("data", count).off("end", end).off("close", end);
    resolve(isAtEnd);
  };
  incoming.on("data", count).on("end", end).on("close", end);
  incoming.resume();
  return promise;
}
