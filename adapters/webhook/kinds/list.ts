/** The one list of the kinds of webhooks. */
import { z } from "zod";
import { alertmanager } from "./alertmanager.ts";
import { basic } from "./basic.ts";
import { bearer } from "./bearer.ts";
import { buildkite } from "./buildkite.ts";
import { circleci } from "./circleci.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { grafana } from "./grafana.ts";
import { header } from "./header.ts";
import { hmac } from "./hmac.ts";
import { jwt } from "./jwt.ts";
import type { BoundKind, WebhookKind } from "./kind.ts";
import { pagerduty } from "./pagerduty.ts";
import { sentry } from "./sentry.ts";
import { sns } from "./sns.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { timestamped } from "./timestamped.ts";
import { url } from "./url.ts";

const kinds = [
  github,
  gitlab,
  standardWebhooks,
  pagerduty,
  buildkite,
  circleci,
  grafana,
  alertmanager,
  sentry,
  sns,
  bearer,
  basic,
  header,
  url,
  hmac,
  timestamped,
  jwt,
] as const;

/** How a webhook's deliveries prove themselves: `verify` of belay.config.ts. */
export const verificationSchema = z.discriminatedUnion("kind", [
  kinds[0].options,
  ...kinds.slice(1).map(({ options }) => options),
]);
/** The `verify` of a webhook in belay.config.ts, told apart by `kind`. */
export type Verification = z.infer<typeof verificationSchema>;

/** The kind that a hook names, with its options. */
export function kindOf(how: Verification): BoundKind {
  const named: WebhookKind | undefined = kinds.find(({ name }) => name === how.kind);
  if (!named) throw new Error(`there is no kind of webhook named ${how.kind}`);
  return named.on(how);
}
