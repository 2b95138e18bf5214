/** Is this call from the mail provider it says? One pure function per provider, over the raw bytes. */
import {
  createHash,
  createHmac,
  createPublicKey,
  timingSafeEqual,
  verify as verifySignature,
} from "node:crypto";

const WINDOW_MS = 300_000;

/** `Authorization: Bearer <secret>`. */
export function verifyBearer(headers: Headers, secret: string): boolean {
  const given = /^bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return given !== undefined && sameText(given, secret);
}

/** `Authorization: Basic …`; the secret is `user:password`. */
export function verifyBasic(headers: Headers, secret: string): boolean {
  const given = /^basic +([A-Za-z0-9+/=]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return given !== undefined && sameText(Buffer.from(given, "base64").toString(), secret);
}

/** There is a signature for `verifyHmac`, not too old. */
export function claimsHmac(headers: Headers, now: number): boolean {
  const given = headers.get("x-signature") ?? "";
  return /^sha256=[0-9a-f]{64}$/i.test(given) && isFresh(headers.get("x-timestamp") ?? "", now);
}

/** `X-Signature: sha256=<hex>` over `<X-Timestamp>.<body>`, the time in Unix seconds. */
export function verifyHmac(headers: Headers, body: Uint8Array, secret: string, now: number): boolean {
  if (!claimsHmac(headers, now)) return false;
  const given = (headers.get("x-signature") ?? "").slice("sha256=".length);
  const stamp = headers.get("x-timestamp") ?? "";
  const expected = createHmac("sha256", secret).update(`${stamp}.`).update(body).digest();
  return timingSafeEqual(Buffer.from(given, "hex"), expected);
}

/**
 * Hex HMAC over `timestamp + token`. It does not cover the mail: the token must be remembered.
 * documentation.mailgun.com.
 */
export function verifyMailgun(
  signed: { timestamp: string; token: string; signature: string },
  signingKey: string,
  now: number,
): boolean {
  if (!/^[0-9a-f]{64}$/i.test(signed.signature) || signed.token === "") return false;
  const expected = createHmac("sha256", signingKey)
    .update(signed.timestamp + signed.token)
    .digest();
  return timingSafeEqual(Buffer.from(signed.signature, "hex"), expected) && isFresh(signed.timestamp, now);
}

const sendgridHeader = "x-twilio-email-event-webhook-signature";
const sendgridStamp = "x-twilio-email-event-webhook-timestamp";

/** There is a signature for `verifySendgrid`, not too old. */
export function claimsSendgrid(headers: Headers, now: number): boolean {
  return (headers.get(sendgridHeader) ?? "") !== "" && isFresh(headers.get(sendgridStamp) ?? "", now);
}

/** ECDSA over `timestamp + raw body`; the key is the base64 of a DER public key. twilio.com/docs/sendgrid. */
export function verifySendgrid(headers: Headers, body: Uint8Array, publicKey: string, now: number): boolean {
  if (!claimsSendgrid(headers, now)) return false;
  const [signature, stamp] = [headers.get(sendgridHeader) ?? "", headers.get(sendgridStamp) ?? ""];
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    const signed = Buffer.concat([Buffer.from(stamp), body]);
    return verifySignature("sha256", signed, key, Buffer.from(signature, "base64"));
  } catch {
    // A key or a signature that is none.
    return false;
  }
}

/** Hashed first, so that neither length nor prefix of the secret shows in the time. */
function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return expected !== "" && timingSafeEqual(digest(given), digest(expected));
}

function isFresh(stamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(stamp) && Math.abs(now - Number(stamp) * 1000) <= WINDOW_MS;
}
