/** Grafana's webhook contact point: bare hex; with a timestamp header `timestamp:body` is signed. grafana.com/docs. */
import { z } from "zod";
import { equal, freshness, hex, mac, verdict } from "../signature.ts";
import { alertKey, alertTitles } from "./alertmanager.ts";
import { defineKind } from "./kind.ts";

const options = z.strictObject({
  kind: z.literal("grafana"),
  timestampHeader: z
    .string()
    .exactOptional()
    .describe("As configured in Grafana: then the time is signed too, and checked"),
});

/** Without `timestampHeader` no time is signed: a captured delivery can be sent again. */
export const grafana = defineKind("grafana", options, {
  verify(delivered, { timestampHeader }) {
    const { headers, secret, now } = delivered;
    const given = headers.get("x-grafana-alerting-signature");
    if (!given) return "bad_signature";
    if (timestampHeader === undefined) return verdict(equal(hex(given), mac(secret, [delivered.body])));
    const stamp = headers.get(timestampHeader);
    if (!stamp || !equal(hex(given), mac(secret, [`${stamp}:`, delivered.body]))) return "bad_signature";
    return freshness(stamp, now);
  },
  key: alertKey,
  titles: alertTitles,
});
