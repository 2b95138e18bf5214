/** Standard Webhooks, and Svix's names of the same headers. standardwebhooks.com, specification; docs.svix.com. */
import { z } from "zod";
import { after, anyEqual, base64, freshness, mac } from "../signature.ts";
import { type Delivered, defineKind, type Verdict } from "./kind.ts";

/** The signed message id tells a repetition. */
export const standardWebhooks = defineKind(
  "standard-webhooks",
  z.strictObject({ kind: z.literal("standard-webhooks") }),
  {
    verify: verifyStandard,
    key: ({ headers }) => headers.get(`${prefixOf(headers)}-id`),
    titles: ["{type}"],
  },
);

/** `webhook-signature: v1,<base64> v1,<base64>` over `id.timestamp.body`. */
export function verifyStandard(delivered: Delivered): Verdict {
  const { headers, secret, now } = delivered;
  const prefix = prefixOf(headers);
  const id = headers.get(`${prefix}-id`);
  const stamp = headers.get(`${prefix}-timestamp`);
  const given = headers.get(`${prefix}-signature`);
  if (!id || !stamp || !given) return "bad_signature";
  const key = standardKey(secret);
  // `whsec_` with nothing behind it would be a key that everybody knows.
  if (key.length === 0) return "bad_signature";
  const expected = mac(key, [`${id}.${stamp}.`, delivered.body]);
  const signatures = given.split(" ").map((part) => after(part, "v1,"));
  return anyEqual(signatures, expected, base64) ? freshness(stamp, now) : "bad_signature";
}

/** The key inside a `whsec_` secret; any other secret is used as it is. */
export function standardKey(secret: string): Buffer {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
}

/** Read the same way for the signature and for the key, so that nobody adds an id that was not signed. */
function prefixOf(headers: Headers): "webhook" | "svix" {
  return headers.has("svix-signature") && !headers.has("webhook-signature") ? "svix" : "webhook";
}
