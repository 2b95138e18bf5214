/** HTTP for tools: one request, to an address that is public unless the tool says otherwise, and no redirects. */
import { type LookupOptions, lookup } from "node:dns";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import {
  AddressRefused,
  isAddress,
  mayReach,
  reachableOnly,
  withoutBrackets,
} from "../core/public-address.ts";

/** One request as it is sent; nothing is added to its headers but what HTTP needs. */
export interface Outgoing {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** null: none is sent. */
  body: string | null;
}

/** Where the request may go, how long it may take (ms), how much of the answer is read (bytes). */
export interface Reach {
  /** The host may be at a private or loopback address; never where a cloud gives out credentials. */
  private: boolean;
  timeoutMs: number;
  /** So much of an answer is read. */
  maxBytes: number;
  /** Instead of the system's, for tests. */
  resolve?: Resolve;
}

type Resolve = Parameters<typeof reachableOnly<LookupOptions>>[0];

/** Any status, redirects included: they are not followed. `body` as text, by the charset that it names. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** There was more of it than may be read. */
  cut: boolean;
}

/** There is no answer. `sent`: the request may have arrived all the same. */
export class NoAnswer extends Error {
  readonly sent: boolean;
  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "NoAnswer";
    this.sent = sent;
  }
}

const system: Resolve = (hostname, options, done) => lookup(hostname, { ...options, all: true }, done);

/**
 * A redirect is an answer, not a way. The address is checked where the connection is made, so that a name can't change
 * its mind between check and use.
 * @throws NoAnswer
 */
export async function request(outgoing: Outgoing, reach: Reach, signal: AbortSignal): Promise<Answer> {
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, reach.timeoutMs);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const late = `no answer within ${reach.timeoutMs / 1000} s`;
  const circumstances = { host: outgoing.url.host, sent: true, late, signal: ending.signal };
  try {
    const response = await answerTo(outgoing, { ...reach, late }, ending.signal);
    const { statusCode = 0, headers } = response;
    const read = await readBody(response, reach.maxBytes).catch((error: unknown) => {
      throw noAnswer(error, circumstances);
    });
    return { status: statusCode, headers, ...read };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

/**
 * The beginning of an answer; its body is there to be read, or to be destroyed. `late`: why it was given up when the
 * signal is aborted. Checked like `request`.
 * @throws NoAnswer
 */
export async function answerTo(
  { method, url, headers, body }: Outgoing,
  { late, ...reach }: Pick<Reach, "private" | "resolve"> & { late: string },
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  const literal = withoutBrackets(url.hostname);
  if (isAddress(literal) && !mayReach(literal, reach.private)) {
    throw new NoAnswer(new AddressRefused(url.host, reach.private).message, false);
  }
  const lookup: LookupFunction = reachableOnly(reach.resolve ?? system, reach.private);
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  let sent = false;
  const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const sending = (url.protocol === "https:" ? https : http).request(url, {
    ...{ method, signal, agent: false, headers: { ...headers, ...length }, lookup },
  });
  sending.on("socket", (socket) => {
    socket.once("connect", () => {
      sent = true;
    });
  });
  sending.on("error", (cause) => reject(noAnswer(cause, { host: url.host, sent, late, signal })));
  sending.on("response", resolve);
  // Without an error too: a server that answers with another protocol (101) is hung up on in silence.
  const hungUp = new Error("it ended the connection without one");
  sending.on("close", () => reject(noAnswer(hungUp, { host: url.host, sent, late, signal })));
  sending.end(body ?? undefined);
  return promise;
}

interface Circumstances {
  host: string;
  sent: boolean;
  /** What is said when the signal is aborted. */
  late: string;
  signal: AbortSignal;
}

function noAnswer(cause: unknown, { host, sent, late, signal }: Circumstances): NoAnswer {
  if (cause instanceof NoAnswer) return cause;
  if (cause instanceof AddressRefused) return new NoAnswer(cause.message, false, { cause });
  const why = signal.aborted ? late : whyOf(cause);
  return new NoAnswer(`${host} gave no answer: ${why}`, sent, { cause });
}

/** Node's code, in words where people meet it; several attempts come as one error. */
function whyOf(cause: unknown): string {
  const [first] = cause instanceof AggregateError ? cause.errors : [cause];
  if (!(first instanceof Error)) return String(first);
  if (!("code" in first)) return first.message;
  const code = String(first.code);
  const words =
    inWords[code] ?? (/CERT|SIGNATURE/.test(code) ? "its certificate is not one to be trusted" : null);
  return words === null ? code : `${words} (${code})`;
}

const inWords: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such name is known",
  EAI_AGAIN: "its name could not be looked up just now",
  ECONNREFUSED: "nothing listens at this port",
  ECONNRESET: "it broke the connection off",
  EPROTO: "it does not answer with TLS; is it http://",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
  ETIMEDOUT: "it did not answer the connection",
  HPE_INVALID_CONSTANT: "it does not answer with HTTP; is it https://",
};

/** UTF-8 unless the answer says otherwise; what nobody knows is read as UTF-8 too. */
function decoderOf(contentType = ""): TextDecoder {
  const [, charset = "utf-8"] = /;\s*charset="?([\w-]{1,40})/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset, { ignoreBOM: true });
  } catch {
    return new TextDecoder("utf-8", { ignoreBOM: true });
  }
}

async function readBody(
  response: http.IncomingMessage,
  maxBytes: number,
): Promise<Pick<Answer, "body" | "cut">> {
  const pieces: Buffer[] = [];
  let left = maxBytes;
  let cut = false;
  for await (const piece of response as AsyncIterable<Buffer>) {
    cut = piece.length > left;
    pieces.push(piece.subarray(0, left));
    left -= Math.min(piece.length, left);
    if (cut) break;
  }
  const { "content-type": type } = response.headers;
  return { body: decoderOf(type).decode(Buffer.concat(pieces)), cut };
}
