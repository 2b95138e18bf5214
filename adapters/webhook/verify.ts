/** Is this delivery from whom it says? One pure function per kind of signature, over the raw bytes. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Verification } from "./options.ts";

export type Verdict = "authentic" | "bad_signature" | "stale_signature";

export interface Delivered {
  headers: Headers;
  body: Uint8Array;
  secret: string;
  /** ms since the epoch */
  now: number;
}

const WINDOW_MS = 300_000;

export function verify(how: Verification, delivered: Delivered): Verdict {
  switch (how.kind) {
    case "github":
      return verifyGithub(delivered);
    case "gitlab":
      return verifyGitlab(delivered);
    case "standard-webhooks":
      return verifyStandard(delivered);
    case "pagerduty":
      return verifyVersioned(delivered, "x-pagerduty-signature");
    case "circleci":
      return verifyVersioned(delivered, "circleci-signature");
    case "buildkite":
      return verifyBuildkite(delivered);
    case "grafana":
      return verifyGrafana(delivered, how.timestampHeader);
    case "bearer":
    case "alertmanager":
      return verifyBearer(delivered);
    case "hmac":
      return verifyHmac(delivered, how);
  }
}

/** `X-Hub-Signature-256: sha256=<hex>`. docs.github.com, "Validating webhook deliveries". */
function verifyGithub({ headers, body, secret }: Delivered): Verdict {
  const given = after(headers.get("x-hub-signature-256"), "sha256=");
  return verdict(given !== null && equal(hex(given), mac(secret, body)));
}

/** A signing token (Standard Webhooks) when one is set up, else the plain `X-Gitlab-Token`. docs.gitlab.com, "Webhooks". */
function verifyGitlab(delivered: Delivered): Verdict {
  if (delivered.secret.startsWith("whsec_")) return verifyStandard(delivered);
  return verdict(sameText(delivered.headers.get("x-gitlab-token"), delivered.secret));
}

/** `webhook-signature: v1,<base64> v1,<base64>` over `id.timestamp.body`. standardwebhooks.com, specification. */
function verifyStandard({ headers, body, secret, now }: Delivered): Verdict {
  const id = headers.get("webhook-id");
  const stamp = headers.get("webhook-timestamp");
  const given = headers.get("webhook-signature");
  if (!id || !stamp || !given) return "bad_signature";
  const key = standardKey(secret);
  // `whsec_` with nothing behind it would be a key that everybody knows.
  if (key.length === 0) return "bad_signature";
  const expected = mac(key, `${id}.${stamp}.`, body);
  const signatures = given.split(" ").map((part) => after(part, "v1,"));
  if (!anyEqual(signatures, expected, base64)) return "bad_signature";
  return isFresh(stamp, now) ? "authentic" : "stale_signature";
}

/** The key inside a `whsec_` secret; any other secret is used as it is. */
export function standardKey(secret: string): Buffer {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
}

/** `v1=<hex>,v1=<hex>` over the body: PagerDuty (a list while secrets rotate) and CircleCI. */
function verifyVersioned({ headers, body, secret }: Delivered, header: string): Verdict {
  const signatures = (headers.get(header) ?? "").split(",").map((part) => after(part.trim(), "v1="));
  return verdict(anyEqual(signatures, mac(secret, body), hex));
}

/** `timestamp=…,signature=<hex>` over `timestamp.body`, or the plain token. buildkite.com/docs/apis/webhooks. */
function verifyBuildkite({ headers, body, secret, now }: Delivered): Verdict {
  const signed = headers.get("x-buildkite-signature");
  if (signed === null) return verdict(sameText(headers.get("x-buildkite-token"), secret));
  const parts = signed.split(",").map((part) => part.trim());
  const stamp = first(parts.map((part) => after(part, "timestamp=")));
  const given = first(parts.map((part) => after(part, "signature=")));
  if (!stamp || !given) return "bad_signature";
  if (!equal(hex(given), mac(secret, `${stamp}.`, body))) return "bad_signature";
  return isFresh(stamp, now) ? "authentic" : "stale_signature";
}

/** Bare hex; with a timestamp header `timestamp:body` is signed. grafana.com, webhook contact point. */
function verifyGrafana({ headers, body, secret, now }: Delivered, timestampHeader?: string): Verdict {
  const given = headers.get("x-grafana-alerting-signature");
  if (!given) return "bad_signature";
  if (timestampHeader === undefined) return verdict(equal(hex(given), mac(secret, body)));
  const stamp = headers.get(timestampHeader);
  if (!stamp || !equal(hex(given), mac(secret, `${stamp}:`, body))) return "bad_signature";
  return isFresh(stamp, now) ? "authentic" : "stale_signature";
}

function verifyBearer({ headers, secret }: Delivered): Verdict {
  const given = /^bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return verdict(sameText(given ?? null, secret));
}

function verifyHmac(
  { headers, body, secret, now }: Delivered,
  how: Extract<Verification, { kind: "hmac" }>,
): Verdict {
  const given = after(headers.get(how.header), how.prefix ?? "");
  if (!given) return "bad_signature";
  const decode = how.encoding === "base64" ? base64 : hex;
  if (how.timestampHeader === undefined) return verdict(equal(decode(given), mac(secret, body)));
  const stamp = headers.get(how.timestampHeader);
  if (!stamp || !equal(decode(given), mac(secret, `${stamp}.`, body))) return "bad_signature";
  return isFresh(stamp, now) ? "authentic" : "stale_signature";
}

function verdict(authentic: boolean): Verdict {
  return authentic ? "authentic" : "bad_signature";
}

function mac(secret: string | Uint8Array, ...parts: (string | Uint8Array)[]): Buffer {
  const hmac = createHmac("sha256", secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Lengths of digests are no secret; their bytes are. */
function equal(given: Buffer | null, expected: Buffer): boolean {
  return given !== null && given.length === expected.length && timingSafeEqual(given, expected);
}

/** Every candidate is compared, so that the time does not tell which one matched. */
function anyEqual(
  candidates: readonly (string | null)[],
  expected: Buffer,
  decode: (text: string) => Buffer | null,
): boolean {
  const hits = candidates.filter((candidate) => candidate !== null && equal(decode(candidate), expected));
  return hits.length > 0;
}

/** Hashed first, so that neither length nor prefix of the secret shows in the time. */
function sameText(given: string | null, expected: string): boolean {
  if (given === null || expected === "") return false;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function hex(text: string): Buffer | null {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, "hex") : null;
}

function base64(text: string): Buffer | null {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : null;
}

function after(text: string | null, prefix: string): string | null {
  return text?.startsWith(prefix) ? text.slice(prefix.length) : null;
}

function first(texts: readonly (string | null)[]): string | null {
  return texts.find((text) => text !== null) ?? null;
}

/** `stamp`: Unix time in seconds, as text. */
function isFresh(stamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(stamp) && Math.abs(now - Number(stamp) * 1000) <= WINDOW_MS;
}
