/** What the parts of the Discord channel share: options, the REST client, and what READY told about ourselves. */
import { REST, type RESTOptions } from "discord.js";
import type { Inlet } from "../../src/core/ports/channel.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Places } from "./address.ts";
import type { SecondBot } from "./listen/second-bot.ts";

/** As much of a logger as this channel uses; pino fits. */
interface Log {
  info(fields: object, phrase: string): void;
  warn(fields: object, phrase: string): void;
  error(fields: object, phrase: string): void;
}

/** The whole channel; the token is in the clear. */
export interface DiscordOptions {
  token: string;
  /** Another host for REST and, through it, the gateway: `http://127.0.0.1:4000/api`. null: Discord. */
  apiUrl: string | null;
  /** Where the console is reachable, for "Open" links; null: no links. */
  publicUrl: string | null;
  clock: Clock;
  log: Log;
  /** Hosts that untrusted text may link to. */
  trustedLinkHosts: readonly string[];
}

/** All that sending takes. */
export interface Line {
  readonly options: DiscordOptions;
  readonly rest: REST;
  readonly places: Places;
}

/** The same while we listen. */
export interface Session extends Line {
  readonly inlet: Inlet;
  /** What was typed into forms that were refused, by their interaction: Discord's windows can't stay open. */
  readonly typed: Map<string, Readonly<Record<string, string>>>;
  readonly secondBot: SecondBot;
}

/**
 * One REST client for everything that this channel sends. No retries and no silent queueing: after a timeout
 * discord.js would send a POST again, and the outbox owns the waiting after a rate limit. It sends with Node's own
 * `fetch`: discord.js's client shares one agent with all of the process, and that of the client which Slack's library
 * brings can't send files for it.
 */
export function restClient(token: string, apiUrl: string | null): REST {
  return new REST({
    version: "10",
    retries: 0,
    timeout: 10_000,
    makeRequest: fetch as RESTOptions["makeRequest"],
    rejectOnRateLimit: () => true,
    ...(apiUrl === null ? {} : { api: apiUrl }),
  }).setToken(token);
}
