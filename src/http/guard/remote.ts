/** Whose address a request comes from: the socket's, or the one that a trusted proxy says. */
import { isIP } from "node:net";
import type { Ctx, HttpConfig } from "./context.ts";

/** An IP address as text, or `unknown` where the request came through no socket (in tests). */
export function remoteOf(c: Ctx, { trustProxy = false }: HttpConfig): string {
  const socket = c.env?.incoming?.socket.remoteAddress ?? "unknown";
  if (!trustProxy) return socket;
  // The proxy wrote the last hop alone; whatever stands before it is the client's own word.
  const last = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  return isIP(last) === 0 ? socket : last;
}
