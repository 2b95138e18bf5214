/** CircleCI: `circleci-signature: v1=<hex>` over the body. circleci.com/docs/webhooks. */
import { z } from "zod";
import { valueAt } from "../paths.ts";
import { anyEqual, hex, idText, listed, mac, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

/** The signed `id` of the payload tells a repetition; its `ping` starts no run. */
export const circleci = defineKind("circleci", z.strictObject({ kind: z.literal("circleci") }), {
  verify(delivered) {
    const given = listed(delivered.headers.get("circleci-signature"), "v1");
    if (given.length === 0) return "bad_signature";
    return verdict(anyEqual(given, mac(delivered.secret, [delivered.body]), hex));
  },
  key: ({ payload, headers }) => idText(valueAt(payload, headers, "id")),
  titles: ["{project.name}: {workflow.name} {workflow.status}", "{project.name}: {type}"],
  greets: ({ payload, headers }) => valueAt(payload, headers, "type") === "ping",
});
