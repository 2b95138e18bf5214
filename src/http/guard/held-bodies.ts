/** Limits the memory that all request bodies being read hold together, however many clients send them. */
import { createMiddleware } from "hono/factory";
import type { Env } from "./context.ts";
import { ProblemError } from "./problems.ts";

/**
 * Less than half of what they may cost: a body is held once in pieces and, for a moment, once more as a whole; and each
 * connection brings a piece before anybody asks for it.
 */
const mostBytes = 26 * 1024 * 1024;

/** This part of all is counted before the first byte: pieces come ahead, from the stream and from the connection. */
const atFirst = 1 / 100;

/** The body of a request that was refused is garbage, and costs memory until it is collected. */
const refusedMs = 1_000;

/** More than any channel takes (a mail of 25 MiB and its envelope); each has a smaller limit of its own. */
const mostOfOne = 26 * 1024 * 1024;

/** Of the others nobody reads a body. */
const mayCarry: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** One for the process. */
export class HeldBodies {
  readonly #most: number;
  #held = 0;

  /** @param most bytes */
  constructor(most = mostBytes) {
    this.#most = most;
  }

  /** Counts the body of each request while it is read. 503 before anything is read when it can't fit any more. */
  guard = createMiddleware<Env>(async (c, next) => {
    if (!mayCarry.has(c.req.raw.method)) return next();
    const declared = Number(c.req.header("content-length") ?? 0);
    if (declared > mostOfOne) throw tooLarge();
    if (this.#held + declared > this.#most) throw noRoom();
    let own = 0;
    let read = 0;
    const hold = (bytes: number) => {
      if (this.#held + bytes > this.#most) throw noRoom();
      this.#held += bytes;
      own += bytes;
    };
    const begin = () => hold(Math.min(declared || this.#most, this.#most * atFirst));
    const take = (bytes: number) => {
      read += bytes;
      if (read > mostOfOne) throw tooLarge();
      if (read > own) hold(read - own);
    };
    c.req.raw = withBody(c.req.raw, counted(c.req.raw, begin, take));
    try {
      await next();
    } finally {
      const release = () => {
        this.#held -= own;
      };
      if (own > 0 && c.res.status >= 400) setTimeout(release, refusedMs).unref();
      else release();
    }
  });
}

/** Made from its parts: from a request as a whole it would take the body at once. */
function withBody({ url, method, headers }: Request, body: ReadableStream): Request {
  const init: RequestInit & { duplex: "half" } = { method, headers, body, duplex: "half" };
  return new Request(url, init);
}

/** Nothing of the body is touched before somebody reads it: what is refused unread is for finishBody. */
function counted(
  request: Request,
  begin: () => void,
  take: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        if (!reader) begin();
        reader ??= request.body?.getReader();
        const next = await reader?.read();
        if (next === undefined || next.done) return controller.close();
        take(next.value.byteLength);
        controller.enqueue(next.value);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Asked to come again it would never fit. */
function tooLarge(): ProblemError {
  return new ProblemError("body_too_large", `The body is larger than ${mostOfOne} bytes. Send less.`);
}

function noRoom(): ProblemError {
  const detail = "The server reads as many bodies as it can hold. Send it again in a few seconds.";
  return new ProblemError("no_room", detail, { headers: { "Retry-After": "5" } });
}
