/** What every part of the server is given, and what a request carries from one middleware to the next. */
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Actor, Address, Scope } from "../../core/actor.ts";
import type { Freeze } from "../../core/agent.ts";
import type { Budgets } from "../../core/ports/budgets.ts";
import type { Channel } from "../../core/ports/channel.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { AcceptableServer } from "../../core/ports/tool-server.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ScheduleSet, WebhookSet } from "../wire/sources.ts";
import type { ChangeFeed } from "./change-feed.ts";
import type { FoldedRuns } from "./folded-runs.ts";
import type { Streams } from "./streams.ts";

/** An API token: only its SHA-256 (hex) is known here. Its principal is `token:<name>`. */
export interface Token {
  name: string;
  hash: string;
  scopes: readonly Scope[];
}

/** What the server is told of the configuration: names, hosts and limits; of a token only the hash. */
export interface HttpConfig {
  /** The program's version, for /health and the OpenAPI document. */
  version: string;
  /** `none`: whoever reaches the port is `console:local`; only for a loopback bind. */
  auth: { mode: "token"; tokens: readonly Token[] } | { mode: "none" };
  /** Where people reach the server, e.g. `https://ops.example/belay`; its path is the base path. */
  publicUrl: string | null;
  /** Host names answered besides the loopback's and PUBLIC_URL's, without port. */
  hosts: readonly string[];
  /** Origins whose pages may call the API with a token, e.g. `https://tools.example`. */
  corsOrigins: readonly string[];
  /** Hosts that untrusted text may link to, in the console as in the chats (see core/text/followed.ts). */
  trustedLinkHosts: readonly string[];
  /** The agent of a launch that names none. */
  defaultAgent: string;
  /** The folder of the built console. */
  consoleDir: string;
  /** What the channels say of themselves: paths that they answer, titles by name, a link to an address or null. */
  about: {
    paths: readonly string[];
    titles: Readonly<Record<string, string>>;
    /** By name, of those that variables switch on: the page that says how. */
    guides: Readonly<Record<string, string>>;
    linkTo(address: Address): string | null;
  };
  webhooks: readonly WebhookSet[];
  schedules: () => readonly ScheduleSet[];
  /** Foreign servers of tools. */
  toolServers?: readonly AcceptableServer[];
  /**
   * For clients of the Model Context Protocol: the tools that are offered, the agent whose rights hold for their calls,
   * and where the runs speak that are started there; null: they are asked for.
   */
  mcp: { tools: readonly string[]; agent: string; speaksAt: Address | null };
  /** Requests per principal: a bucket of `burst`, filled at `perSecond`. */
  rate: { burst: number; perSecond: number };
  /**
   * A proxy stands in front: the last hop of X-Forwarded-For names the client. Never without one, anybody can send it.
   */
  trustProxy?: boolean;
  /** What works, but not as somebody may think; no secret. */
  warnings?: readonly string[];
  /** Those that hold at a moment, ms since the epoch. */
  freezes?: (at: number) => readonly Freeze[];
  /** For people: `SQLite file`, `PostgreSQL`; no address and no secret. */
  database?: string;
}

/** The part of a pino logger that the server needs. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The parts that `createHttp` is called with; a test passes its own clock and channels. */
export interface Deps {
  engine: Engine;
  channels: readonly Channel[];
  config: HttpConfig;
  log: Log;
  clock: Clock;
  /** What all processes on this store count together; without it this one is alone. */
  budgets?: Budgets | null;
}

/** What the routes share besides: made once per server. */
export interface Server extends Deps {
  streams: Streams;
  feed: ChangeFeed;
  foldedRuns: FoldedRuns;
  startedAt: number;
  /** The path under which a proxy shows the server, without a slash at the end; often "". */
  base: string;
}

/** Who calls. `session`: the hash of the console session's secret. */
export interface Caller {
  actor: Actor;
  how: "token" | "session" | "none";
  session: { id: string; expiresAt: number } | null;
}

/** hono's type of a request: `Bindings` come from Node's server, `Variables` from our middlewares. */
export interface Env {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** Set behind `authenticate`; open routes leave it out. */
    caller: Caller | null;
    /** Counts wrong credentials against their sender, when there are any. */
    countFailure: () => Promise<void>;
  };
}

/** A request on its way through the middlewares and its route. */
export type Ctx = Context<Env>;
