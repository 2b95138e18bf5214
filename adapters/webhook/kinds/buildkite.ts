/**
 * Buildkite: `timestamp=…,signature=<hex>` over `timestamp.body`, or the plain token.
 * buildkite.com/docs/apis/webhooks.
 */
import { z } from "zod";
import { equal, freshness, hex, listed, mac, sameText, verdict } from "../signature.ts";
import { type Delivered, defineKind, type Verdict } from "./kind.ts";

// No key of its own: a build that is retried, and two jobs of one build, share every id with what was before. The
// times in the body tell them apart, and a repetition has the very same body.

/** Its `ping` starts no run. */
export const buildkite = defineKind("buildkite", z.strictObject({ kind: z.literal("buildkite") }), {
  verify,
  titles: [
    "{pipeline.slug} #{build.number}: {job.name} {job.state}",
    "{pipeline.slug} #{build.number} {build.state}",
  ],
  greets: ({ headers }) => headers.get("x-buildkite-event") === "ping",
});

function verify(delivered: Delivered): Verdict {
  const { headers, secret, now } = delivered;
  const signed = headers.get("x-buildkite-signature");
  if (signed === null) return verdict(sameText(headers.get("x-buildkite-token"), secret));
  const [stamp] = listed(signed, "timestamp");
  const [given] = listed(signed, "signature");
  if (!stamp || !given) return "bad_signature";
  if (!equal(hex(given), mac(secret, [`${stamp}.`, delivered.body]))) return "bad_signature";
  return freshness(stamp, now);
}
