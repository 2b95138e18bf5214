/** The requests of an HTTP server: to public addresses unless it is said otherwise, and with answers that are bounded. */
import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import type { FetchLike } from "@modelcontextprotocol/client";
import { whereTo } from "../../src/core/text/shown-url.ts";
import { answerTo, type Outgoing, type Reach } from "../../src/tools/outbound.ts";
import { allDigits } from "./digits.ts";
import { limited } from "./limited.ts";

/** As the SDK wants `fetch`. Redirects are answers: the SDK follows those that stay in their origin. */
export function boundedFetch(reach: Pick<Reach, "private" | "resolve">): FetchLike {
  return async (target, init = {}) => {
    const url = new URL(target);
    const headers = Object.fromEntries(new Headers(init.headers));
    const body = typeof init.body === "string" ? init.body : null;
    const signal = init.signal ?? new AbortController().signal;
    const outgoing = { method: init.method ?? "GET", url, headers, body };
    const response = await answerTo(outgoing, { ...reach, late: "it was given up" }, signal);
    const { statusCode = 0, statusMessage = "" } = response;
    const elsewhere = leadsElsewhere(outgoing, response);
    if (elsewhere !== null) {
      response.destroy();
      throw new Error(elsewhere);
    }
    const given = Object.entries(response.headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    );
    const isStream = response.headers["content-type"]?.startsWith("text/event-stream") ?? false;
    // Whoever reads it hears of an error; whoever reads no further ends them all.
    const bounded = pipeline(response, limited(isStream), allDigits(isStream), () => {});
    const isEmpty = statusCode === 204 || statusCode === 205 || statusCode === 304;
    if (isEmpty) bounded.resume();
    return new Response(isEmpty ? null : toWeb(bounded), {
      ...{ status: statusCode, statusText: statusMessage, headers: given },
    });
  };
}

/** The SDK's own words of a redirect that it does not follow hold all of its path. null: it is none, or is followed. */
function leadsElsewhere(
  { method, url }: Outgoing,
  { statusCode = 0, headers }: IncomingMessage,
): string | null {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return null;
  const keepsMethod = method === "GET" || statusCode === 307 || statusCode === 308;
  const isWithin = URL.parse(location, url)?.origin === url.origin;
  if (keepsMethod && isWithin) return null;
  const why = isWithin ? "a call does not follow such a redirect" : "redirects to elsewhere are not followed";
  return `it answered ${statusCode}, which leads ${whereTo(location, url)}; ${why}: correct its url or its token`;
}

/** Node's own type of a web stream is not the one of `Response`, and is the same thing. */
function toWeb(stream: Readable): ReadableStream<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void stream.destroy(),
  });
}
