/** PagerDuty: `X-PagerDuty-Signature: v1=<hex>,v1=<hex>`, several while secrets rotate. developer.pagerduty.com. */
import { z } from "zod";
import { valueAt } from "../paths.ts";
import { anyEqual, hex, idText, listed, mac, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

/** One right signature among several is enough; its `pagey.ping` starts no run. */
export const pagerduty = defineKind("pagerduty", z.strictObject({ kind: z.literal("pagerduty") }), {
  verify(delivered) {
    const given = listed(delivered.headers.get("x-pagerduty-signature"), "v1");
    if (given.length === 0) return "bad_signature";
    return verdict(anyEqual(given, mac(delivered.secret, [delivered.body]), hex));
  },
  key: ({ payload, headers }) => idText(valueAt(payload, headers, "event.id")),
  titles: ["{event.data.title} on {event.data.service.summary}", "{event.data.title}", "{event.event_type}"],
  greets: ({ payload, headers }) => valueAt(payload, headers, "event.event_type") === "pagey.ping",
});
