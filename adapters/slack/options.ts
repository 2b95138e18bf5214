/** What the Slack channel is given, and the one Web API client that everything in it shares. */
import { type Logger, LogLevel, type webApi } from "@slack/bolt";
import type { Budgets } from "../../src/core/ports/budgets.ts";
import type { Clock } from "../../src/core/ports/clock.ts";

/** As much of a logger as this channel uses; pino fits. */
export interface Log {
  info(fields: object, phrase: string): void;
  warn(fields: object, phrase: string): void;
  error(fields: object, phrase: string): void;
}

/** The whole channel; tokens are in the clear. */
export interface SlackOptions {
  botToken: string;
  /** Present: Socket Mode. */
  appToken: string | null;
  /** Without an app token: HTTP at /slack/events. */
  signingSecret: string | null;
  /** Another host for the Web API: `http://127.0.0.1:4000/api/`. null: Slack. */
  apiUrl: string | null;
  /** Where the console is reachable, for "Open" links; null: no links. */
  publicUrl: string | null;
  clock: Clock;
  log: Log;
  /** What all processes of this bot may send together; without it this one is alone. */
  budgets?: Budgets | null;
  /** Hosts that untrusted text may link to. */
  trustedLinkHosts: readonly string[];
}

/**
 * No retries, no silent waiting: the SDK would post again after a lost answer, and one rate limit would hold up
 * every other call. The outbox owns both.
 */
export function clientOptions(options: Pick<SlackOptions, "apiUrl" | "log">): webApi.WebClientOptions {
  return {
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 10_000,
    logger: sdkLogger(options.log),
    ...(options.apiUrl === null ? {} : { slackApiUrl: `${options.apiUrl.replace(/\/+$/, "")}/` }),
  };
}

/** The SDK's own words, without its debug lines: those hold whole payloads. */
export function sdkLogger(log: Log): Logger {
  const words = (messages: unknown[]) => ({ channel: "slack", detail: messages.map(String).join(" ") });
  return {
    debug() {},
    info() {},
    warn: (...messages) => log.warn(words(messages), "slack sdk warned"),
    error: (...messages) => log.warn(words(messages), "slack sdk reported an error"),
    setLevel() {},
    getLevel: () => LogLevel.WARN,
    setName() {},
  };
}
