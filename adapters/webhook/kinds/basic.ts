/** HTTP Basic authentication: the secret is `user:password`. Azure DevOps, Google Cloud Monitoring, Jira. */
import { z } from "zod";
import { valueAt } from "../paths.ts";
import { idText, sameText, verdict } from "../signature.ts";
import { defineKind } from "./kind.ts";

/** The whole `user:password` is compared in constant time. */
export const basic = defineKind("basic", z.strictObject({ kind: z.literal("basic") }), {
  verify({ headers, secret }) {
    const given = /^basic +([A-Za-z0-9+/=]+)$/i.exec(headers.get("authorization") ?? "")?.[1];
    return verdict(given !== undefined && sameText(Buffer.from(given, "base64").toString(), secret));
  },
  // Azure DevOps names each notification `id`, and sends the same again with it.
  key: ({ payload, headers }) => headers.get("idempotency-key") ?? azureKey(payload, headers),
  titles: ["{incident.policy_name}: {incident.state}", "{message.text}"],
});

function azureKey(payload: Parameters<typeof valueAt>[0], headers: Headers): string | null {
  const event = idText(valueAt(payload, headers, "eventType"));
  const id = idText(valueAt(payload, headers, "id"));
  const subscription = idText(valueAt(payload, headers, "subscriptionId"));
  return event && id && subscription ? `${subscription}/${id}` : null;
}
