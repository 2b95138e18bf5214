/**
 * Sentry's internal integrations: `Sentry-Hook-Signature: <hex>` over the body. docs.sentry.io, integration platform.
 */
import { z } from "zod";
import { equal, hex, mac, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

/** The message of an installation starts no run. */
export const sentry = defineKind("sentry", z.strictObject({ kind: z.literal("sentry") }), {
  verify: ({ headers, body, secret }) =>
    verdict(equal(hex(headers.get("sentry-hook-signature") ?? ""), mac(secret, [body]))),
  titles: ["{data.event.title}", "{data.issue.title}", "{data.error.title}", "{data.description_title}"],
  greets: ({ headers }) => headers.get("sentry-hook-resource") === "installation",
});
