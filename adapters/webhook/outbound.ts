/** HTTP to hosts that somebody listed, and only to addresses that are public unless the listing says otherwise. */
import { type LookupOptions, lookup } from "node:dns";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { ChannelError, type SendFailure } from "../../src/core/ports/channel-error.ts";
import {
  AddressRefused,
  isAddress,
  mayReach,
  reachableOnly,
  withoutBrackets,
} from "../../src/core/public-address.ts";
import type { CallbackHost } from "./options.ts";

/** One request; `url` must name a listed host. */
export interface Outgoing {
  method: "GET" | "POST" | "PATCH";
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** The answer of any status; `body` is text. */
export interface Incoming {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

const TIMEOUT_MS = 10_000;
/** After a 429 that does not say how long, ms. */
const unsaidWaitMs = 30_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

/** The entry that lists this URL's host, or null. */
export function listedHost(url: URL, hosts: readonly CallbackHost[]): CallbackHost | null {
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return hosts.find(({ host }) => host === url.host || host === url.hostname) ?? null;
}

/**
 * Sends one request; redirects are not followed. The address is checked when the connection is made, so that a name
 * can't change its mind between check and use.
 * @throws ChannelError: `place` when the host may not be spoken to, `uncertain` when the request may have arrived
 */
export function send(outgoing: Outgoing, hosts: readonly CallbackHost[]): Promise<Incoming> {
  const url = new URL(outgoing.url);
  const listed = listedHost(url, hosts);
  if (!listed) throw new ChannelError(`the host ${url.host} is not listed`, { type: "place", gone: false });
  const literal = withoutBrackets(url.hostname);
  if (isAddress(literal) && !mayReach(literal, listed.private)) {
    throw new ChannelError(new AddressRefused(literal, listed.private).message, {
      type: "place",
      gone: false,
    });
  }
  return exchange(url, outgoing, listed.private ? privateLookup : publicLookup);
}

const system: Parameters<typeof reachableOnly<LookupOptions>>[0] = (hostname, options, done) =>
  lookup(hostname, { ...options, all: true }, done);
const publicLookup: LookupFunction = reachableOnly(system, false);
const privateLookup: LookupFunction = reachableOnly(system, true);

function exchange(url: URL, outgoing: Outgoing, look: LookupFunction): Promise<Incoming> {
  const { request } = url.protocol === "https:" ? https : http;
  const { promise, resolve, reject } = Promise.withResolvers<Incoming>();
  let connected = false;
  const sending = request(url, {
    method: outgoing.method,
    headers: { ...outgoing.headers, "content-length": String(Buffer.byteLength(outgoing.body)) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    agent: false,
    lookup: look,
  });
  sending.on("socket", (socket) => {
    socket.once("connect", () => {
      connected = true;
    });
  });
  sending.on("error", (cause) => {
    if (cause instanceof AddressRefused)
      return reject(new ChannelError(cause.message, { type: "place", gone: false }, { cause }));
    const type = connected ? "uncertain" : "way";
    reject(new ChannelError(`no answer from ${url.host}`, { type, retryAfterMs: null }, { cause }));
  });
  sending.on("response", (response) => {
    readAnswer(response).then(
      (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      (cause: unknown) => {
        const failure = { type: "uncertain", retryAfterMs: null } as const;
        reject(new ChannelError(`the answer of ${url.host} broke off`, failure, { cause }));
      },
    );
  });
  sending.end(outgoing.body);
  return promise;
}

async function readAnswer(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The receiver does not take these words, in whatever state it is. */
const ofBody = new Set([400, 406, 411, 413, 415, 422, 431]);
/** Something in between asks who we are, or could not be ready in time. */
const ofWay = new Set([407, 408, 425]);

/** An answer that is no success, in the terms of the outbox. */
export function failureOf({ status, headers }: Incoming, what: string, now: number): ChannelError {
  const after = headers["retry-after"];
  const retryAfterMs = after === undefined ? null : retryMs(after, now);
  return new ChannelError(`${what} answered ${status}`, failureOfStatus(status, retryAfterMs));
}

function failureOfStatus(status: number, retryAfterMs: number | null): SendFailure {
  if (status === 429) return { type: "wait", retryAfterMs: retryAfterMs ?? unsaidWaitMs };
  if (retryAfterMs === null) {
    if (status === 410) return { type: "place", gone: true };
    if (ofBody.has(status)) return { type: "body" };
    if (status >= 300 && status < 500 && !ofWay.has(status)) return { type: "place", gone: false };
  }
  // Doing it again does no harm: the id of the delivery, or its hidden mark, is the same.
  return { type: "way", retryAfterMs };
}

function retryMs(after: string, now: number): number | null {
  const ms = /^\d{1,6}$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
