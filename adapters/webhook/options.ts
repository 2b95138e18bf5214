/** What a webhook is, as plain data: the part of the configuration that this channel reads. */
import type { Address } from "../../src/core/actor.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { SnsDesk } from "./kinds/kind.ts";
import type { Verification } from "./kinds/list.ts";
import type { Condition } from "./paths.ts";

/** One webhook of belay.config.ts, with the text of its prompt and templates in place. */
export interface WebhookOptions {
  /** `^[a-z0-9][a-z0-9-]{0,62}$`: the last part of the URL, and of the principal `webhook:<name>`. */
  name: string;
  verify: Verification;
  /** Name of the environment variable that holds the secret. No value: the route does not exist. */
  secretEnv: string;
  /**
   * Name of the variable with the secret of before, while senders still change over; unset or null: only one holds.
   */
  previousSecretEnv: string | null;
  /** What a run is called, with `{path}` for values: `{alerts.0.labels.alertname}`. null: as its kind does. */
  title: string | null;
  /** All must hold, else the delivery is uninteresting. */
  filter: readonly Condition[];
  agent: string;
  /** What the agent is asked to do: trusted words from a file of ours. Nothing of the payload is ever put into it. */
  prompt: string;
  /** Paths whose values are listed, as data, before the body. */
  fields: readonly string[];
  /**
   * Where the run speaks besides the console: `slack:T1/C1` (each run in a thread of its own), `email:a@b.example`.
   */
  speaksAt: Address | null;
  /** Paths whose values name what a delivery is about: one live run for each. */
  concurrencyKey: readonly string[] | null;
  /** When these hold, the delivery ends the matter: the live run is told, none is started. Empty: never. */
  resolvedWhen: readonly Condition[];
  /** A signed callback with the outcome. The URL is fixed, or stands in the payload at `path`. */
  callback: { url?: string; path?: string; secretEnv: string } | null;
  /** For `github`: a commit status, and a comment on the pull request. Needs the token. */
  github: { status: boolean; comment: boolean } | null;
}

/** A host that results may be posted to. */
export interface CallbackHost {
  /** `ci.example.com` or `ci.example.com:8443`. */
  host: string;
  /** It may resolve to a private or loopback address. */
  private: boolean;
}

/** The part of pino that channels use. */
interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** The whole channel; secrets are in the clear. */
export interface WebhookChannelOptions {
  hooks: readonly WebhookOptions[];
  /** Values of the variables named by `secretEnv`. */
  secrets: Readonly<Record<string, string | undefined>>;
  /** `https://belay.example.com`, no slash at the end. */
  publicUrl: string;
  /** Signs the one-time URLs of wait_for_event: at least 32 bytes, used for nothing else. */
  eventKey: Uint8Array;
  /** What signed them before; theirs are still good. */
  formerEventKeys?: readonly Uint8Array[];
  callbackHosts: readonly CallbackHost[];
  github: { token: string; apiUrl: string } | null;
  sns: SnsDesk;
  /** Fetches a key set from an address of the configuration; small, and soon or not at all. */
  fetchText(url: string): Promise<string>;
  clock: Clock;
  log: Log;
}
