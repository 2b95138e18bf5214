/** One delivery from its first byte to the moment it is believed: limits, authenticity, shape. */

import { readBody } from "../../src/core/ports/body.ts";
import { deliveryKey } from "./delivery-key.ts";
import { carryOut, type Receiver } from "./handle-delivery.ts";
import type { BoundKind } from "./kinds/kind.ts";
import type { WebhookOptions } from "./options.ts";
import type { PathWatch } from "./path-watch.ts";
import { type Fault, MAX_BODY_BYTES, parsePayload } from "./payload.ts";
import { json, problem } from "./problem.ts";
import { titleOf, titleOfFields } from "./title.ts";
import { verify, verifyHead } from "./verify.ts";

/**
 * A webhook that is on: what is configured, its kind, the secrets that hold, and which of its paths were ever found.
 */
export interface Hook {
  options: WebhookOptions;
  kind: BoundKind;
  secrets: readonly string[];
  watch: PathWatch;
}

/**
 * Answers POST /webhooks/:name for a hook whose secret is set. Durable before any 2xx that promises a run.
 * @param pathSecret what stands behind the name, for senders that can put a secret nowhere else
 */
export async function receive(
  receiver: Receiver,
  hook: Hook,
  pathSecret: string | null,
  request: Request,
): Promise<Response> {
  const { kind, options } = hook;
  const { headers } = request;
  const encoded = refuseEncoding(request);
  if (encoded) return encoded;
  const { clock, sns, fetchText } = receiver.options;
  const head = { headers, pathSecret, now: clock.now(), sns, fetchText };
  // Who is refused by the head alone is not read: any number of strangers cost nothing.
  const early = await verifyHead(kind, head, hook.secrets);
  if (early !== null && early !== "authentic") return refuse(receiver, options, early);
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === null) return problem("body_too_large", "Deliveries may have up to 2 MB.");
  const verdict = early ?? (await verify(kind, { ...head, body }, hook.secrets));
  if (verdict !== "authentic") return refuse(receiver, options, verdict);
  const wrongType = kind.isAnyType ? null : refuseType(request);
  if (wrongType) return wrongType;
  const parsed = parsePayload(body);
  if (!parsed.ok) return problem(parsed.fault, faults[parsed.fault]);

  const received = { headers, payload: parsed.payload };
  if (await kind.greets(received, sns)) return json(200, { ignored: "ping" });
  const key = deliveryKey(kind, received, body);
  const payload = kind.unwrap(parsed.payload);
  for (const warning of hook.watch.look(payload, headers)) {
    receiver.options.log.warn({ webhook: options.name, warning }, "webhook path never found");
  }
  const title =
    titleOf(options.title === null ? kind.titles : [options.title], payload, headers) ??
    titleOfFields(options.name, options.fields ?? [], payload, headers);
  return carryOut(receiver, { hook: options, key, headers, payload, title });
}

/** Forgers are slowed down and kept out of the log; whoever proves themselves is not held up by them. */
function refuse(
  { limiter, options }: Receiver,
  hook: WebhookOptions,
  verdict: "bad_signature" | "stale_signature",
): Response {
  const closedMs = limiter.closedFor(hook.name);
  if (closedMs > 0) {
    const after = String(Math.ceil(closedMs / 1000));
    return problem("rate_limited", `Too many deliveries had a bad signature. Try again in ${after} s.`, {
      "retry-after": after,
    });
  }
  limiter.failed(hook.name);
  options.log.warn({ webhook: hook.name, code: verdict }, "webhook delivery refused");
  return problem(verdict, adviceFor(hook, verdict));
}

function refuseEncoding(request: Request): Response | null {
  const encoding = request.headers.get("content-encoding");
  if (encoding === null || encoding === "identity") return null;
  return problem("encoding_not_supported", "Send the body without Content-Encoding.");
}

/** After the signature: only an authentic sender is told how to set up their side. */
function refuseType(request: Request): Response | null {
  const type = request.headers.get("content-type") ?? "";
  if (/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) return null;
  const advice = type.startsWith("application/x-www-form-urlencoded")
    ? "The body is a form. On GitHub, set the webhook's content type to application/json."
    : "Send JSON with Content-Type: application/json.";
  return problem("unsupported_media_type", advice);
}

const faults: Record<Fault, string> = {
  body_too_large: "Deliveries may have up to 2 MB.",
  invalid_json: "The signature is right, but the body does not parse as UTF-8 JSON.",
  too_deep: "Up to 64 levels of nesting are read.",
  forbidden_key: "Keys named __proto__, constructor or prototype are not accepted.",
  not_an_object: "Send one JSON object.",
};

function adviceFor(hook: WebhookOptions, verdict: "bad_signature" | "stale_signature"): string {
  return verdict === "stale_signature"
    ? "The signature is right, but its time is more than 300 s from ours. Check both clocks; replays are not taken."
    : `The delivery could not be verified as ${hook.verify.kind}. Check that both sides have the same secret.`;
}
