/** One HTTP request over a connection of its own, and what its sender knows afterwards. */
import { type OutgoingHttpHeaders, request } from "node:http";

/** `nobody`: no connection, so nothing was promised. `cut`: a connection, and no answer: anything may have happened. */
export type Sent =
  | { type: "answered"; status: number; text: string }
  | { type: "nobody" | "cut"; why: string };

export interface Letter {
  method: "GET" | "POST";
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: string;
}

/** Never rejects. A bot that is stopped takes the connection and says nothing: then `cut`, after `timeoutMs`. */
export function send(
  base: string,
  { method, path, headers = {}, body }: Letter,
  timeoutMs = 5_000,
): Promise<Sent> {
  return new Promise((resolve) => {
    const sent = request(new URL(path, base), { method, headers, agent: false, timeout: timeoutMs });
    sent.on("response", async (response) => {
      const pieces: Buffer[] = [];
      try {
        for await (const piece of response) pieces.push(piece);
        const text = Buffer.concat(pieces).toString();
        resolve({ type: "answered", status: response.statusCode ?? 0, text });
      } catch (error) {
        resolve({ type: "cut", why: String(error) });
      }
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.on("error", (error: Error & { code?: string }) =>
      resolve({ type: error.code === "ECONNREFUSED" ? "nobody" : "cut", why: error.message }),
    );
    sent.end(body);
  });
}

/** 2xx. */
export function isTaken(sent: Sent): sent is Sent & { type: "answered" } {
  return sent.type === "answered" && sent.status >= 200 && sent.status < 300;
}
