/**
 * Sentry's internal integrations: `Sentry-Hook-Signature: <hex>` over the body. docs.sentry.io, integration platform.
 */
import { z } from "zod";
import { equal, hex, mac, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

/** The message of an installation starts no run. */
export const sentry = defineKind("sentry", z.strictObject({ kind: z.literal("sentry") }), {
  verify(delivered) {
    const given = delivered.headers.get("sentry-hook-signature");
    return verdict(given !== null && equal(hex(given), mac(delivered.secret, [delivered.body])));
  },
  titles: ["{data.event.title}", "{data.issue.title}", "{data.error.title}", "{data.description_title}"],
  greets: ({ headers }) => headers.get("sentry-hook-resource") === "installation",
});
