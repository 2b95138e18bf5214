/** What signatures are made of: MACs, encodings, comparison in constant time, and how old a signed time may be. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Verdict } from "./kinds/kind.ts";

const WINDOW_MS = 300_000;

/** Node's names of the hashes that an HMAC may use. */
export type Algorithm = "sha1" | "sha256" | "sha512";

/** The MAC over the parts one after another. */
export function mac(
  secret: string | Uint8Array,
  parts: readonly (string | Uint8Array)[],
  algorithm: Algorithm = "sha256",
): Buffer {
  const hmac = createHmac(algorithm, secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** For proofs that carry no time. */
export function verdict(isAuthentic: boolean): Verdict {
  return isAuthentic ? "authentic" : "bad_signature";
}

/** Of a signature that is right: `stamp` is the signed Unix time in seconds, as text. */
export function freshness(stamp: string, now: number, windowMs = WINDOW_MS): Verdict {
  const isFresh = /^\d{1,12}$/.test(stamp) && Math.abs(now - Number(stamp) * 1000) <= windowMs;
  return isFresh ? "authentic" : "stale_signature";
}

/** Lengths of digests are no secret; their bytes are. */
export function equal(given: Buffer | null, expected: Buffer): boolean {
  return given !== null && given.length === expected.length && timingSafeEqual(given, expected);
}

/** Every candidate is compared, so that the time does not tell which one matched. */
export function anyEqual(
  candidates: readonly (string | null)[],
  expected: Buffer,
  decode: (text: string) => Buffer | null,
): boolean {
  const hits = candidates.filter((candidate) => candidate !== null && equal(decode(candidate), expected));
  return hits.length > 0;
}

/** Hashed first, so that neither length nor prefix of the secret shows in the time. */
export function sameText(given: string | null | undefined, expected: string): boolean {
  if (given === null || given === undefined || expected === "") return false;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The bytes of whole hexadecimal pairs in either case, or null. */
export function hex(text: string): Buffer | null {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, "hex") : null;
}

/** The bytes of standard base64, or null for any other character. */
export function base64(text: string): Buffer | null {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}

/** The rest of the text behind the prefix, or null when it begins otherwise. */
export function after(text: string | null | undefined, prefix: string): string | null {
  return text?.startsWith(prefix) ? text.slice(prefix.length) : null;
}

/** `a=1,b=2,b=3` as its values by name. */
export function listed(header: string | null, name: string): string[] {
  return (header ?? "").split(",").flatMap((part) => after(part.trim(), `${name}=`) ?? []);
}

/** The token of `Authorization: Bearer …`, or null. */
export function bearerIn(headers: Headers): string | null {
  return /^bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? null;
}

/** Texts as one key, or null when one is missing. */
export function together(parts: readonly unknown[]): string | null {
  const texts = parts.map(idText);
  return texts.includes(null) ? null : texts.join("/");
}

/** An id as text; null for what is none. */
export function idText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;
}

/** 32 hexadecimal digits. */
export function digest(of: string | Uint8Array): string {
  return createHash("sha256").update(of).digest("hex").slice(0, 32);
}
