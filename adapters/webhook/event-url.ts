/** The one-time URLs of an event: whoever holds one may report exactly that event of that run. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** The URLs are signed, not stored: they stay good over restarts, until their event was reported. */
export interface EventUrls {
  /** The URL to hand out. The authority is in it: treat it like a password. */
  url(runId: string, event: string): string;
  /** What the token of such a URL names, or null when we did not make it. */
  read(token: string): { runId: string; event: string } | null;
}

/**
 * `key`: at least 32 bytes, used for nothing else; URLs of the `former` ones are still read. `publicUrl`
 * has no slash at the end.
 */
export function eventUrls(key: Uint8Array, publicUrl: string, former: readonly Uint8Array[] = []): EventUrls {
  const sign = (name: string, by = key) => createHmac("sha256", by).update(`event/${name}`).digest();

  return {
    url(runId, event) {
      const name = Buffer.from(JSON.stringify([runId, event])).toString("base64url");
      return `${publicUrl}/webhooks/events/${name}.${sign(name).toString("base64url")}`;
    },

    read(token) {
      const [name, signature, rest] = token.split(".");
      if (!name || !signature || rest !== undefined) return null;
      const given = Buffer.from(signature, "base64url");
      const isOf = (made: Buffer) => given.length === made.length && timingSafeEqual(given, made);
      if (![key, ...former].some((by) => isOf(sign(name, by)))) return null;
      const [runId, event] = JSON.parse(Buffer.from(name, "base64url").toString()) as [string, string];
      return { runId, event };
    },
  };
}
