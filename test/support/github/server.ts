/**
 * A GitHub of the test's own, on loopback. It answers only at paths of GitHub's published OpenAPI description, to
 * requests with that description's parameters, and what it answers is held to its schemas by the type checker.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { components, paths } from "@octokit/openapi-types";
import { faultIn, patternOf } from "./published.ts";

type Schemas = components["schemas"];
type Part<T> = T extends readonly (infer Item)[]
  ? Part<Item>[]
  : T extends object
    ? { [Key in keyof T]?: Part<T[Key]> }
    : T;

/** As much of a published schema as a test needs: every name and value must be one of the description's. */
export function shape<Name extends keyof Schemas>(
  _name: Name,
  value: Part<Schemas[Name]>,
): Part<Schemas[Name]> {
  return value;
}

export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage["headers"];
  body: unknown;
}

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  /** The connection breaks instead of an answer, after the request was taken. */
  breaks?: boolean;
}

interface Route {
  method: string;
  pattern: RegExp;
  /** Its method and path, where it is a part of the API. */
  operation: string | null;
  reply: (asked: Asked) => Reply;
}

export class Github {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  #routes: Route[] = [];

  static async start(): Promise<Github> {
    const github = new Github();
    await github.listen();
    return github;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  constructor() {
    // A connection that nobody used for a while must not be closed just as it is used again.
    this.#server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  get url(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  }

  /** A later one for the same path counts. */
  on(method: "GET" | "POST", path: keyof paths, reply: Reply | ((asked: Asked) => Reply)): void {
    this.#add(method, path, reply, `${method} ${path}`);
  }

  /** Of a path that stands in GitHub's description, as `published.ts` has it. */
  published(method: string, path: string, reply: Reply): void {
    this.#add(method, path, reply, `${method} ${path}`);
  }

  /** For what is no part of the API: where a signed address leads. */
  at(method: string, path: string, reply: Reply | ((asked: Asked) => Reply)): void {
    this.#add(method, path, reply, null);
  }

  #add(
    method: string,
    path: string,
    reply: Reply | ((asked: Asked) => Reply),
    operation: string | null,
  ): void {
    const answer = typeof reply === "function" ? reply : () => reply;
    this.#routes.unshift({ method, pattern: patternOf(path), operation, reply: answer });
  }

  reset(): void {
    this.#routes = [];
    this.asked.length = 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers } = request;
    const url = new URL(request.url ?? "/", "http://here");
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    const body: unknown = text === "" ? null : JSON.parse(text);
    const asked = { method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers, body };
    this.asked.push(asked);
    const route = this.#routes.find((one) => one.method === method && one.pattern.test(url.pathname));
    const fault = route?.operation ? faultIn(route.operation, asked) : null;
    const message = fault ?? `the test has no answer at ${method} ${url.pathname}`;
    const unknown: Reply = { status: 418, json: { message } };
    const reply = route && fault === null ? route.reply(asked) : unknown;
    if (reply.breaks) return void request.socket.destroy();
    const type = reply.json === undefined ? "text/plain" : "application/json; charset=utf-8";
    response.writeHead(reply.status ?? 200, { "content-type": type, ...reply.headers });
    response.end(reply.json === undefined ? reply.text : JSON.stringify(reply.json));
  }
}
