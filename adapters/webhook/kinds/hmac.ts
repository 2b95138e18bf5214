/** A HMAC in a header of the sender's own, over the body or over `<time>.<body>`. */
import { z } from "zod";
import { after, base64, equal, freshness, hex, mac, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

const options = z.strictObject({
  kind: z.literal("hmac"),
  header: z.string().min(1).describe("The header that carries the signature, e.g. `x-signature`"),
  prefix: z
    .string()
    .exactOptional()
    .describe("What stands before the signature in that header, e.g. `sha256=`"),
  algorithm: z.enum(["sha1", "sha256", "sha512"]).exactOptional().describe("`sha256` unless said"),
  encoding: z.enum(["hex", "base64"]).exactOptional().describe("`hex` unless said"),
  timestampHeader: z
    .string()
    .exactOptional()
    .describe("The header of the Unix time in seconds; `<time>.<body>` is signed then"),
});

/** With `timestampHeader` the time is signed too, and deliveries older than five minutes are refused. */
export const hmac = defineKind("hmac", options, {
  verify(delivered, how) {
    const { headers, secret, now } = delivered;
    const given = after(headers.get(how.header), how.prefix ?? "");
    if (!given) return "bad_signature";
    const decode = how.encoding === "base64" ? base64 : hex;
    const signs = (...parts: (string | Uint8Array)[]) =>
      equal(decode(given), mac(secret, parts, how.algorithm));
    if (how.timestampHeader === undefined) return verdict(signs(delivered.body));
    const stamp = headers.get(how.timestampHeader);
    return stamp && signs(`${stamp}.`, delivered.body) ? freshness(stamp, now) : "bad_signature";
  },
  // Nobody signs the header: without a signed time, whoever captured a delivery could send it for ever under new ids.
  key: ({ headers }, { timestampHeader }) =>
    timestampHeader === undefined ? null : headers.get("idempotency-key"),
  titles: ["{repository.full_name}: {push.changes.0.new.name}", "{repository.full_name}", "{title}"],
});
