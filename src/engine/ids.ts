/** Makes run ids: from the key of what caused the run, so that a redelivery gets the same id, else random. */
import { createHash, randomBytes } from "node:crypto";
import type { InboxKey } from "../core/ports/deliveries.ts";

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/** `run_` and an encoded SHA-256 of source and key, or as much random. */
export function runIdFor(inbox: InboxKey | null): string {
  const bytes = inbox
    ? createHash("sha256").update(`${inbox.source}\0${inbox.key}`).digest()
    : randomBytes(20);
  return `run_${encode(bytes)}`;
}

/** A child run is launched once, however often its parent tries. */
export function childRunId(parentId: string, callId: string): string {
  return runIdFor({ source: `run:${parentId}`, key: callId });
}

/** 100 bits in 20 characters of Crockford's alphabet. */
function encode(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < 20; index++) text += alphabet[(bytes[index] ?? 0) & 31];
  return text;
}
