/** What a run is told of a delivery, as data; and what the delivery is about. */
import type { Address } from "../../src/core/actor.ts";
import type { WebhookOptions } from "./options.ts";
import { holdsAll, valueAt } from "./paths.ts";
import type { Json } from "./payload.ts";
import { digest } from "./signature.ts";

/** Characters of the body that the model reads; the rest is counted. */
const MAX_TEXT = 24_000;
const MAX_FIELD = 500;

/** What a delivery is about, by the paths of its configuration. */
export interface About {
  /** Where follow-ups of the same matter find its run; null when each delivery is a matter of its own. */
  address: Address | null;
  resolved: boolean;
}

/** The address is made from a hash of the values at `concurrencyKey`: equal values are one matter. */
export function aboutOf(hook: WebhookOptions, payload: Json, headers: Headers): About {
  const resolved = hook.resolvedWhen.length > 0 && holdsAll(hook.resolvedWhen, payload, headers);
  if (hook.concurrencyKey === null) return { address: null, resolved };
  const values = hook.concurrencyKey.map((path) => valueAt(payload, headers, path));
  // Without any of its values all deliveries would be one matter: a path is mistyped, and each is one of its own.
  if (values.every((value) => value === null)) return { address: null, resolved };
  return { address: `webhook:${hook.name}/matter/${digest(JSON.stringify(values))}`, resolved };
}

/** The chosen fields, one a line, then the body. Whoever reads it fences it: no byte of it is an instruction. */
export function briefing(hook: WebhookOptions, payload: Json, headers: Headers): string {
  const fields = hook.fields.map((path) => `${path}: ${short(valueAt(payload, headers, path))}`);
  const body = JSON.stringify(payload, null, 1);
  const omitted = body.length - MAX_TEXT;
  const shown = omitted > 0 ? `${body.slice(0, MAX_TEXT)}\n… ${omitted} more characters` : body;
  return [...fields, "", shown].join("\n").trim().toWellFormed();
}

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > MAX_FIELD ? `${text.slice(0, MAX_FIELD)}…` : text;
}
