/** What a mail provider's call comes to, and how its fields are read without believing their types. */
import type { Envelope, MailJob } from "./inbound.ts";

/** One HTTP request of a mail provider; `now` in ms since the epoch. */
export interface ProviderCall {
  headers: Headers;
  body: Uint8Array;
  /** The mailbox's secret; "" where the source needs none. */
  secret: string;
  now: number;
  fetchText(url: string): Promise<string>;
}

/** `unauthentic` is answered 401 and `unreadable` 400; `onceToken`: this proof is good for one mail only. */
export type CallReading =
  | { type: "mail"; job: MailJob; envelope: Envelope; onceToken: string | null }
  /** Nothing more to do: a subscription was confirmed. */
  | { type: "done" }
  | { type: "unauthentic" }
  | { type: "unreadable"; detail: string };

/** The call is authentic, but not what the provider documents. */
export class Unreadable extends Error {}

/** Throws `Unreadable` for anything but a JSON object in UTF-8. */
export function jsonObject(body: Uint8Array): Record<string, unknown> {
  const value = parseJson(Buffer.from(body).toString());
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Unreadable("a JSON object is expected");
  return value as Record<string, unknown>;
}

/** Throws `Unreadable` in place of a `SyntaxError`, whose message would quote the text. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Unreadable("the JSON can't be read");
  }
}

/** Anything but a string is "". */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Bare addresses in a comma list, in lower case; names around them are left out. */
export function addresses(list: string): string[] {
  return [...list.slice(0, 10_000).matchAll(/[^\s<>,;"]{1,64}@[^\s<>,;"]{1,255}/g)].map(([address]) =>
    address.toLowerCase(),
  );
}
