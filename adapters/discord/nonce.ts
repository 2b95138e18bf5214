/** Stable marks of a post, by which Discord and we recognise it when it is sent a second time. */
import { createHash } from "node:crypto";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31] ?? "";
    }
    value &= (1 << bits) - 1;
  }
  return text;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** For `nonce` with `enforce_nonce`, at most 25 characters: Discord answers a repeat with the first message. */
export function nonceOf(id: string): string {
  return base32(digest(id)).slice(0, 25);
}

/**
 * The id of the post's outermost component: invisible, kept by Discord, and there when messages are read back
 * long after the nonce was forgotten. 31 bits, far above the small numbers that Discord gives out itself.
 */
export function markOf(id: string): number {
  return (digest(id).readUInt32BE(0) & 0x3fff_ffff) | 0x4000_0000;
}

/** The id of the nth message of a post that takes several. */
export function partOf(id: string, part: number): string {
  return part === 0 ? id : `${id}/${part}`;
}

/** A short stand-in for an id that is too long for a button. */
export function hashOf(id: string): string {
  return base32(digest(id)).slice(0, 20);
}

const discordEpoch = 1_420_070_400_000n;

/** The snowflake of a moment (ms since the epoch): ids made later are greater. */
export function snowflakeAt(ms: number): string {
  const since = BigInt(Math.max(0, Math.floor(ms))) - discordEpoch;
  return ((since < 0n ? 0n : since) << 22n).toString();
}

/** ms since the epoch of a snowflake. */
export function timeOf(snowflake: string): number {
  return Number((BigInt(snowflake) >> 22n) + discordEpoch);
}

/** Which of two snowflakes is the later one. */
export function laterOf(a: string, b: string): string {
  return BigInt(a) >= BigInt(b) ? a : b;
}
