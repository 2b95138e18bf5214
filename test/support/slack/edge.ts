/**
 * What the Slack emulator lacks, on 127.0.0.1: token checks, Socket Mode, response URLs, user
 * groups, and misbehaviour.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Emulator } from "emulate";
import { neededScopes } from "../../../adapters/slack/requirements.ts";
import { nextCopy, startEmulator, tokens } from "./emulator.ts";
import { pageOf } from "./paging.ts";
import { SlackSockets } from "./sockets.ts";
import { refusedBlocks } from "./strict.ts";

/** Methods that want another token than the bot's. */
const ownTokens: Record<string, string> = {
  "apps.connections.open": tokens.app,
  "apps.manifest.export": tokens.config,
};

export interface Call {
  method: string;
  body: Record<string, string>;
  at: number;
}

/** What happens to the next call of a method instead of the emulator's answer. */
export type Fault =
  /** This call is well; the next of the list is meant for a later one. */
  | { type: "none" }
  | { type: "error"; code: string }
  | { type: "429"; seconds: number }
  | { type: "500" }
  /** Done, but the answer is lost. */
  | { type: "drop" }
  /** Done, and the answer breaks off in the middle. */
  | { type: "cut" }
  /** Done, and the answer is garbled on its way. */
  | { type: "garbled"; body: string }
  /** Something in between answers, Slack never hears of it. */
  | { type: "raw"; status: number; body: string }
  /** Answered when somebody says `answerSlow`. */
  | { type: "slow" }
  /** Lost on the way there. */
  | { type: "unsent" };

export class SlackEdge {
  readonly calls: Call[] = [];
  readonly sockets: SlackSockets;
  /** Told of each call that Slack has done and not yet answered; true: nobody is there for the answer any more. */
  interrupt: ((call: Call) => boolean) | null = null;
  readonly responses: Record<string, unknown>[] = [];
  /** What `usergroups.list` says. */
  groups: { id: string; handle: string; users: string[] }[] = [];
  /** Over `users.info`: flags that the emulator does not keep, by user id. */
  readonly flags = new Map<string, Record<string, unknown>>();
  scopes: string = Object.keys(neededScopes).join(",");
  /** What the app's manifest subscribes to. */
  events: string[] = [];
  /** Seconds that a call has to wait, or null; with it this Slack has rates. */
  limit: (call: Call) => number | null = () => null;
  /** Calls that were over a rate. */
  refused = 0;
  readonly #faults = new Map<string, Fault[]>();
  readonly #emulator: Emulator;
  readonly #server: Server;
  #slow = Promise.withResolvers<void>();
  #changed = Promise.withResolvers<void>();

  private constructor(emulator: Emulator, server: Server) {
    this.#emulator = emulator;
    this.#server = server;
    this.sockets = new SlackSockets(server, () => this.#note());
    server.on(
      "request",
      (request, response) => void this.#serve(request, response).catch(() => response.destroy()),
    );
  }

  static async start(): Promise<SlackEdge> {
    const emulator = await startEmulator();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new SlackEdge(emulator, server);
  }

  async stop(): Promise<void> {
    this.answerSlow();
    this.sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#emulator.close();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  fail(method: string, ...faults: Fault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults]);
  }

  /** Whoever waits for a slow answer gets it now. */
  answerSlow(): void {
    this.#slow.resolve();
    this.#slow = Promise.withResolvers<void>();
  }

  callsOf(method: string): Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Resolves when the condition holds; looked at after each call and each connection. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (true) {
      const changed = this.#changed.promise;
      if (await condition()) return;
      await changed;
    }
  }

  /** Ask the emulator itself, as somebody. */
  async ask(
    method: string,
    body: Record<string, string>,
    token = tokens.bot,
  ): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.#emulator.url}/api/${method}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${nextCopy(token)}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams(body),
    });
    return (await answer.json()) as Record<string, unknown>;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await textOf(request);
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path.startsWith("/respond/")) {
      this.responses.push(JSON.parse(raw) as Record<string, unknown>);
      response.end("ok");
      return this.#note();
    }
    const method = path.replace("/api/", "");
    const call = { method, body: Object.fromEntries(new URLSearchParams(raw)), at: Date.now() };
    this.calls.push(call);
    const fault = this.#faults.get(method)?.shift() ?? this.#overRate(call);
    if (fault?.type === "unsent") response.destroy();
    else if (fault?.type === "429") response.writeHead(429, { "retry-after": String(fault.seconds) }).end();
    else if (fault?.type === "500") response.writeHead(500).end("{}");
    else if (fault?.type === "raw")
      response.writeHead(fault.status, { "content-type": "text/html" }).end(fault.body);
    else if (fault?.type === "error") json(response, { ok: false, error: fault.code });
    else {
      const answer = await this.#answer(method, raw, request);
      if (fault?.type === "slow") await this.#slow.promise;
      if (fault?.type === "drop" || this.interrupt?.(call)) response.destroy();
      else if (fault?.type === "garbled") response.writeHead(200).end(fault.body);
      else if (fault?.type === "cut") cut(response, answer);
      else json(response, answer, { "x-oauth-scopes": this.scopes });
    }
    this.#note();
  }

  #overRate(call: Call): Fault | undefined {
    const seconds = this.limit(call);
    if (seconds === null) return undefined;
    this.refused += 1;
    return { type: "429", seconds };
  }

  async #answer(method: string, raw: string, request: IncomingMessage): Promise<Record<string, unknown>> {
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    if (token !== (ownTokens[method] ?? tokens.bot)) return { ok: false, error: "invalid_auth" };
    if (method === "apps.connections.open") {
      return { ok: true, url: `${this.url.replace("http", "ws")}/socket` };
    }
    if (method === "apps.manifest.export") {
      return { ok: true, manifest: { settings: { event_subscriptions: { bot_events: this.events } } } };
    }
    if (method === "usergroups.list") return { ok: true, usergroups: this.groups };
    if (method === "agents.sessions.setStatus") return { ok: true };
    const body = Object.fromEntries(new URLSearchParams(raw));
    const code = refusedBlocks(body.blocks ? (JSON.parse(body.blocks) as unknown[]) : []);
    if (code !== null) return { ok: false, error: code };
    const answer = await this.ask(method, body, token);
    if (method === "conversations.replies") return pageOf(answer, body);
    const flags = method === "users.info" ? this.flags.get(body.user ?? "") : undefined;
    return flags ? { ...answer, user: { ...(answer.user as object), ...flags } } : answer;
  }

  #note(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

function json(response: ServerResponse, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function cut(response: ServerResponse, body: object): void {
  const whole = JSON.stringify(body);
  response.writeHead(200, { "content-type": "application/json", "content-length": String(whole.length) });
  response.write(whole.slice(0, whole.length / 2), () => response.destroy());
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
