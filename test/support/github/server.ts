/**
 * A GitHub of the test's own, on loopback. It answers only at paths of GitHub's published OpenAPI description, and
 * what it answers is held to that description's schemas by the type checker.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { components, paths } from "@octokit/openapi-types";

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
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  get url(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  }

  /** A later one for the same path counts. */
  on(method: "GET" | "POST", path: keyof paths, reply: Reply | ((asked: Asked) => Reply)): void {
    this.at(method, path, reply);
  }

  /** For what is no part of the API: where a signed address leads. */
  at(method: string, path: string, reply: Reply | ((asked: Asked) => Reply)): void {
    const pattern = new RegExp(
      `^${path.replaceAll(/\{(path|basehead)\}/g, ".+").replaceAll(/\{\w+\}/g, "[^/]+")}$`,
    );
    this.#routes.unshift({ method, pattern, reply: typeof reply === "function" ? reply : () => reply });
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
    const unknown: Reply = {
      status: 418,
      json: { message: `the test has no answer at ${method} ${url.pathname}` },
    };
    const reply = route?.reply(asked) ?? unknown;
    if (reply.breaks) return void request.socket.destroy();
    const type = reply.json === undefined ? "text/plain" : "application/json; charset=utf-8";
    response.writeHead(reply.status ?? 200, { "content-type": type, ...reply.headers });
    response.end(reply.json === undefined ? reply.text : JSON.stringify(reply.json));
  }
}
