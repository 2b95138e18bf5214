/** Time and signatures in one header, `t=…,v1=<hex>`, over `<time>.<body>`: Stripe's form, and that of its followers. */
import { z } from "zod";
import { valueAt } from "../paths.ts";
import { anyEqual, freshness, hex, idText, listed, mac } from "../signature.ts";
import { defineKind } from "./kind.ts";

const options = z.strictObject({
  kind: z.literal("timestamped"),
  /** The header, e.g. `stripe-signature`. */
  header: z.string().min(1),
  /** Names of the parts; `t` and `v1`. */
  timeName: z.string().min(1).exactOptional(),
  signatureName: z.string().min(1).exactOptional(),
  algorithm: z.enum(["sha1", "sha256", "sha512"]).exactOptional(),
  /** How far the signed time may be from ours, 300 unless said. */
  toleranceSeconds: z.int().min(1).max(3600).exactOptional(),
});

export const timestamped = defineKind("timestamped", options, {
  verify({ headers, body, secret, now }, how) {
    const header = headers.get(how.header);
    const [stamp, more] = listed(header, how.timeName ?? "t");
    // With two times nobody could say which one was signed.
    if (!stamp || more !== undefined) return "bad_signature";
    const expected = mac(secret, [`${stamp}.`, body], how.algorithm);
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
