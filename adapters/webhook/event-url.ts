/** The one-time URLs of wait_for_event: whoever holds one may tell exactly that call of that run. */
import { createHmac, timingSafeEqual } from "node:crypto";

export interface EventUrls {
  /** The URL to hand out. The authority is in it: treat it like a password. */
  url(runId: string, callId: string): string;
  /** What the token of such a URL names, or null when we did not make it. */
  read(token: string): { runId: string; callId: string } | null;
}

/** `key`: at least 32 bytes, used for nothing else. `publicUrl` has no slash at the end. */
export function eventUrls(key: Uint8Array, publicUrl: string): EventUrls {
  const sign = (name: string) => createHmac("sha256", key).update(`event/${name}`).digest();

  return {
    url(runId, callId) {
      const name = Buffer.from(JSON.stringify([runId, callId])).toString("base64url");
      return `${publicUrl}/webhooks/events/${name}.${sign(name).toString("base64url")}`;
    },

    read(token) {
      const [name, signature, rest] = token.split(".");
      if (!name || !signature || rest !== undefined) return null;
      const given = Buffer.from(signature, "base64url");
      const expected = sign(name);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      const [runId, callId] = JSON.parse(Buffer.from(name, "base64url").toString()) as [string, string];
      return { runId, callId };
    },
  };
}
