/** What makes a delivery the same delivery again, for each kind of source. */
import { createHash } from "node:crypto";
import type { WebhookOptions } from "./options.ts";
import { type Json, valueAt } from "./payload.ts";

/** Unique per delivery of this hook and the same for each repetition. At most 200 characters. */
export function deliveryKey(hook: WebhookOptions, headers: Headers, payload: Json, body: Uint8Array): string {
  const own = ownKey(hook, headers, payload);
  // Keys longer than this, or none at all, become a digest: of the key, or of the whole body.
  if (own !== null && own.length <= 200) return own;
  return digest(own ?? body);
}

function ownKey(hook: WebhookOptions, headers: Headers, payload: Json): string | null {
  const field = (path: string) => valueAt(payload, headers, path);
  switch (hook.verify.kind) {
    case "github":
      // X-GitHub-Delivery is not signed. The body is, and no two of GitHub's are the same.
      return null;
    case "gitlab":
      return headers.get("webhook-id") ?? headers.get("idempotency-key") ?? gitlabLegacyKey(headers);
    case "standard-webhooks":
      return headers.get("webhook-id");
    case "pagerduty":
      return text(field("event.id"));
    case "circleci":
      return text(field("id"));
    case "buildkite":
      return together([field("event"), field("build.id"), field("build.state")]);
    case "alertmanager":
    case "grafana":
      return alertKey(payload, headers);
    case "bearer":
      return headers.get("idempotency-key");
    case "hmac":
      // Nobody signs the header: without a signed time, whoever captured a delivery could send it for ever under new ids.
      return hook.verify.timestampHeader === undefined ? null : headers.get("idempotency-key");
  }
}

/** The event's id alone is shared by all hooks of one event. */
function gitlabLegacyKey(headers: Headers): string | null {
  return together([headers.get("x-gitlab-event-uuid"), headers.get("x-gitlab-webhook-uuid")]);
}

/** Alertmanager re-sends an unchanged group every repeat_interval: the same alerts in the same state are one delivery. */
function alertKey(payload: Json, headers: Headers): string | null {
  const group = text(valueAt(payload, headers, "groupKey"));
  const alerts = valueAt(payload, headers, "alerts");
  if (group === null || !Array.isArray(alerts)) return null;
  const states = alerts.map((alert) =>
    ["fingerprint", "status", "startsAt"].map((name) => text(valueAt(alert, headers, name)) ?? "").join(" "),
  );
  return digest(JSON.stringify([group, states.sort()]));
}

function together(parts: readonly Json[]): string | null {
  const texts = parts.map(text);
  return texts.includes(null) ? null : texts.join("/");
}

function text(value: Json): string | null {
  return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;
}

/** 32 hexadecimal digits. */
export function digest(of: string | Uint8Array): string {
  return createHash("sha256").update(of).digest("hex").slice(0, 32);
}
