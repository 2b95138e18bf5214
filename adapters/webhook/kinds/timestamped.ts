/**
 * Time and signatures in one header, `t=…,v1=<hex>`, over `<time>.<body>`: Stripe's form, and that of its followers.
 */
import { z } from "zod";
import { valueAt } from "../paths.ts";
import { anyEqual, freshness, hex, idText, listed, mac } from "../signature.ts";
import { defineKind } from "./kind.ts";

const options = z.strictObject({
  kind: z.literal("timestamped"),
  header: z.string().min(1).describe("The header, e.g. `stripe-signature`"),
  timeName: z.string().min(1).exactOptional().describe("the name of the time's part, `t` unless said"),
  signatureName: z
    .string()
    .min(1)
    .exactOptional()
    .describe("the name of the signature's part, `v1` unless said"),
  algorithm: z.enum(["sha1", "sha256", "sha512"]).exactOptional().describe("`sha256` unless said"),
  toleranceSeconds: z
    .int()
    .min(1)
    .max(3600)
    .exactOptional()
    .describe("How far the signed time may be from ours, 300 unless said"),
});

/** Refused when the signed time is more than `toleranceSeconds` from now, five minutes where none is configured. */
export const timestamped = defineKind("timestamped", options, {
  verify(delivered, how) {
    const { headers, secret, now } = delivered;
    const header = headers.get(how.header);
    const [stamp, more] = listed(header, how.timeName ?? "t");
    // With two times nobody could say which one was signed.
    if (!stamp || more !== undefined) return "bad_signature";
    const expected = mac(secret, [`${stamp}.`, delivered.body], how.algorithm);
    if (!anyEqual(listed(header, how.signatureName ?? "v1"), expected, hex)) return "bad_signature";
    return freshness(
      stamp,
      now,
      how.toleranceSeconds === undefined ? undefined : how.toleranceSeconds * 1000,
    );
  },
  key: ({ payload, headers }) => idText(valueAt(payload, headers, "id")),
  titles: ["{type}"],
});
