/** Whatever can send `Authorization: Bearer <secret>`. */
import { z } from "zod";
import { bearerIn, sameText, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

/** Deliveries with the same `Idempotency-Key` are one. */
export const bearer = defineKind("bearer", z.strictObject({ kind: z.literal("bearer") }), {
  verify: ({ headers, secret }) => verdict(sameText(bearerIn(headers), secret)),
  key: ({ headers }) => headers.get("idempotency-key"),
});
