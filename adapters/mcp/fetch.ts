/** The requests of an HTTP server: to public addresses unless it is said otherwise, and with answers that are bounded. */
import { pipeline, type Readable } from "node:stream";
import type { FetchLike } from "@modelcontextprotocol/client";
import { answerTo, type Reach } from "../../src/tools/outbound.ts";
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
