/** Slack's request signatures: who may speak to /slack/events. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Seconds that a request's clock may differ, in both directions. */
const window = 300;

/** `stale`: signed rightly, and too long ago. docs.slack.dev, "Verifying requests from Slack". */
export type Verdict = "good" | "stale" | "bad";

/** `v0=` + HMAC-SHA256 of `v0:<timestamp>:<raw body>` (docs.slack.dev, verifying requests). `now` in ms. */
export function verifySignature(request: {
  secret: string;
  timestamp: string | null;
  signature: string | null;
  body: string;
  now: number;
}): Verdict {
  const { timestamp, signature } = request;
  if (timestamp === null || signature === null || !/^\d{1,12}$/.test(timestamp)) return "bad";
  const digest = createHmac("sha256", request.secret).update(`v0:${timestamp}:${request.body}`).digest("hex");
  const expected = Buffer.from(`v0=${digest}`);
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "bad";
  // Bolt's own check lets a time in the future pass.
  return Math.abs(request.now / 1000 - Number(timestamp)) > window ? "stale" : "good";
}
