/** Answers to a webhook's sender: small JSON bodies, and RFC 9457 problem documents. */
import { randomUUID } from "node:crypto";
import { StoreError } from "../../src/core/ports/store-error.ts";

const problems = {
  unknown_webhook: [404, "There is no such webhook"],
  method_not_allowed: [405, "Webhooks are delivered with POST"],
  bad_signature: [401, "The signature does not match"],
  stale_signature: [401, "The signature is too old or from the future"],
  rate_limited: [429, "Too many failed deliveries"],
  body_too_large: [413, "The body is too large"],
  encoding_not_supported: [415, "Compressed bodies are not read"],
  unsupported_media_type: [415, "The body must be JSON"],
  invalid_json: [400, "The body is not valid JSON"],
  too_deep: [400, "The JSON is nested too deeply"],
  forbidden_key: [422, "The JSON has a key that is not accepted"],
  not_an_object: [422, "The body must be a JSON object"],
  event_closed: [410, "This URL was used already, or nothing waits for it any more"],
  storage_busy: [503, "The delivery could not be stored"],
  storage_full: [503, "The delivery could not be stored: the disk is full"],
} as const satisfies Record<string, readonly [number, string]>;

/** The `code` of a problem document of this channel. */
export type ProblemCode = keyof typeof problems;

/** `detail`: what is wrong · what we have · what to do. Never a secret, a path or a header's value. */
export function problem(code: ProblemCode, detail: string, headers: Record<string, string> = {}): Response {
  const [status, title] = problems[code];
  const body = {
    type: `/problems/${code.replaceAll("_", "-")}`,
    title,
    status,
    detail,
    code,
    request_id: `req_${randomUUID()}`,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

/** An answer with a JSON body. */
export function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** Never a 2xx for what is not durable. Anything but the store's trouble is a bug and goes on to the server. */
export function notStored(error: unknown): Response {
  if (!(error instanceof StoreError)) throw error;
  const code: ProblemCode = error.code === "storage_full" ? "storage_full" : "storage_busy";
  const after = code === "storage_full" ? "60" : "2";
  const what = error.uncertain ? "It is not known whether it was stored." : "Nothing was stored.";
  return problem(code, `${what} Deliver it again later.`, { "retry-after": after });
}
