/** What a mailbox is, as plain data: the part of the configuration that the e-mail channel reads. */
import type { Address } from "../../src/core/actor.ts";
import type { Budgets } from "../../src/core/ports/budgets.ts";
import type { Clock } from "../../src/core/ports/clock.ts";

/** Where a mailbox's mail comes from, and so who says what of its sender is true. */
export type MailSource =
  /** Raw RFC 822 by POST, with the secret as bearer token or as HMAC key, from our own MTA or a mail worker. */
  | { kind: "raw" }
  /** HTTP basic auth in the URL: the secret is `user:password`. */
  | { kind: "postmark" }
  /** The secret is the HTTP webhook signing key. */
  | { kind: "mailgun" }
  /** The "secret" is the verification key: a public key, base64 of its DER. */
  | { kind: "sendgrid" }
  | { kind: "ses"; topicArns: readonly string[] }
  /** The SMTP or LMTP listener on loopback. */
  | { kind: "smtp" };

/** One way for mail to come in, with what its senders may start. */
export interface MailboxOptions {
  /** `^[a-z0-9][a-z0-9-]{0,62}$`: the last part of /mail/:name. */
  name: string;
  /** `agent@example.com`; mail to `agent+<token>@example.com` comes here too. */
  address: string;
  source: MailSource;
  /** Name of the environment variable with the secret. No value: the route does not exist. null: ses and smtp. */
  secretEnv: string | null;
  agent: string;
  /** `dana@example.com` or `@example.com`. Nobody else is listened to. */
  allow: readonly string[];
  /** The id our own MTA writes into Authentication-Results; null: none of these headers is believed. */
  authservId: string | null;
  /** Mail a receipt when a run starts. */
  receipt: boolean;
  /** Where its runs speak besides the mail thread. */
  speaksAt: Address | null;
}

/** The part of pino that this channel uses. */
interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** The whole channel; secrets are in the clear. */
export interface EmailChannelOptions {
  mailboxes: readonly MailboxOptions[];
  /** Values of the variables named by `secretEnv`. */
  secrets: Readonly<Record<string, string | undefined>>;
  /** `smtps://user:password@smtp.example.com`; null: mail comes in but none goes out. */
  smtpUrl: string | null;
  /** `Belay <agent@example.com>`: who our mail is from. Its address, with a token, takes the replies. */
  from: { name: string; address: string };
  /** Signs reply tokens: at least 32 bytes, used for nothing else. */
  tokenKey: Uint8Array;
  /** null: no listener. Loopback only. */
  listener: { host: "127.0.0.1" | "::1"; port: number; lmtp: boolean } | null;
  /** Where a person sees a run: links in mails. */
  runUrl(runId: string): string;
  /** Fetches an SNS signing certificate, or confirms a subscription. The URL's host was checked before. */
  fetchText(url: string): Promise<string>;
  /** Counts over all processes; null: this one is alone on its store. */
  budgets: Budgets | null;
  clock: Clock;
  log: Log;
}
