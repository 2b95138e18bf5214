/** The plain secret in a header of the sender's own: Cloudflare's `cf-webhook-auth`, and many more. */
import { z } from "zod";
import { sameText, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

const options = z.strictObject({
  kind: z.literal("header"),
  header: z.string().min(1).describe("The header that carries the secret"),
});

/** Deliveries with the same `Idempotency-Key` are one. */
export const header = defineKind("header", options, {
  verify: ({ headers, secret }, { header }) => verdict(sameText(headers.get(header), secret)),
  key: ({ headers }) => headers.get("idempotency-key"),
  titles: ["{name}: {text}"],
});
