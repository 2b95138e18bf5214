/** One delivery from its first byte to its answer: limits, authenticity, repetition, filter, then a durable launch. */
import type { Actor } from "../../src/core/actor.ts";
import { type Inlet, StoreError } from "../../src/core/ports.ts";
import { type About, aboutOf, briefing } from "./briefing.ts";
import { deliveryKey } from "./delivery-key.ts";
import type { FailureLimiter } from "./limiter.ts";
import type { WebhookChannelOptions, WebhookOptions } from "./options.ts";
import { type Fault, holdsAll, type Json, MAX_BODY_BYTES, parsePayload, readBody } from "./payload.ts";
import { json, type ProblemCode, problem } from "./problem.ts";
import { resultTarget, saveTarget } from "./target.ts";
import { verify } from "./verify.ts";

export interface Receiver {
  options: Pick<WebhookChannelOptions, "publicUrl" | "clock" | "log" | "clientOf">;
  inlet: Inlet;
  limiter: FailureLimiter;
  /** Runs one task after another for the same key. */
  inTurn<T>(key: string, task: () => Promise<T>): Promise<T>;
}

interface Delivery {
  hook: WebhookOptions;
  /** The delivery's own key, unique within the hook. */
  key: string;
  headers: Headers;
  payload: { [key: string]: Json };
}

/** Answers POST /webhooks/:name for a hook whose secret is set. Durable before any 2xx that promises a run. */
export async function receive(
  receiver: Receiver,
  hook: WebhookOptions,
  secret: string,
  request: Request,
): Promise<Response> {
  const refused = refuseAtTheDoor(receiver, hook, request);
  if (refused) return refused;
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === null) return problem("body_too_large", "Deliveries may have up to 2 MB.");

  const now = receiver.options.clock.now();
  const verdict = verify(hook.verify, { headers: request.headers, body, secret, now });
  if (verdict !== "authentic") {
    receiver.limiter.failed(clientKey(receiver, hook, request));
    receiver.options.log.warn({ webhook: hook.name, code: verdict }, "webhook delivery refused");
    return problem(verdict, adviceFor(hook, verdict));
  }
  const wrongType = refuseType(request);
  if (wrongType) return wrongType;
  const parsed = parsePayload(body);
  if (!parsed.ok) return problem(parsed.fault, faults[parsed.fault]);

  const headers = request.headers;
  const key = deliveryKey(hook, headers, parsed.payload, body);
  return carryOut(receiver, { hook, key, headers, payload: parsed.payload });
}

function refuseAtTheDoor(receiver: Receiver, hook: WebhookOptions, request: Request): Response | null {
  const closedMs = receiver.limiter.closedFor(clientKey(receiver, hook, request));
  if (closedMs > 0) {
    const after = String(Math.ceil(closedMs / 1000));
    return problem("rate_limited", `Too many deliveries had a bad signature. Try again in ${after} s.`, {
      "retry-after": after,
    });
  }
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    return problem("encoding_not_supported", "Send the body without Content-Encoding.");
  }
  return null;
}

function clientKey(receiver: Receiver, hook: WebhookOptions, request: Request): string {
  return `${hook.name} ${receiver.options.clientOf?.(request) ?? ""}`;
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
  forbidden_character: "Text may not contain \\u0000.",
  not_an_object: "Send one JSON object.",
};

function adviceFor(hook: WebhookOptions, verdict: "bad_signature" | "stale_signature"): string {
  return verdict === "stale_signature"
    ? "The signature is right, but its time is more than 300 s from ours. Check both clocks; replays are not taken."
    : `The delivery could not be verified as ${hook.verify.kind}. Check that both sides have the same secret.`;
}

async function carryOut(receiver: Receiver, delivery: Delivery): Promise<Response> {
  const { hook, key, headers, payload } = delivery;
  try {
    const known = await receiver.inlet.store.inboxRow({ source: `webhook:${hook.name}`, key });
    if (known?.runId) return json(200, { duplicate: true, run_id: known.runId });
    if (!holdsAll(hook.filter, payload, headers)) {
      receiver.options.log.info({ webhook: hook.name, delivery: key }, "webhook delivery not interesting");
      return json(202, { ignored: "filter" });
    }
    const about = aboutOf(hook, payload, headers);
    if (about.address === null) return await launch(receiver, delivery, about);
    // One after another per matter: two alerts of one group at once must not start two runs.
    return await receiver.inTurn(about.address, () => attachOrLaunch(receiver, delivery, about));
  } catch (error) {
    return notStored(error);
  }
}

async function attachOrLaunch(receiver: Receiver, delivery: Delivery, about: About): Promise<Response> {
  const { hook, key } = delivery;
  const runId = about.address === null ? null : await liveRunAt(receiver.inlet, about.address);
  if (runId === null) {
    if (!about.resolved) return launch(receiver, delivery, about);
    receiver.options.log.info({ webhook: hook.name, delivery: key }, "webhook resolved, no live run");
    return json(202, { ignored: "resolved" });
  }
  const text = about.resolved ? "The alert is resolved:" : "The same matter was reported again:";
  const said = await receiver.inlet.command(
    runId,
    {
      type: "say",
      text: `${text}\n${briefing(hook, delivery.payload, delivery.headers)}`,
      actor: actorOf(hook),
      via: { channel: "webhook" },
    },
    { source: `webhook:${hook.name}`, key },
  );
  if (said.ok) return answered(receiver, said, { attached: true });
  // It ended between the look and the word: then this is a new matter.
  if (said.refusal.code === "run_finished" && !about.resolved) return launch(receiver, delivery, about);
  return refusedByRights(receiver, hook, said.refusal);
}

async function liveRunAt(inlet: Inlet, address: string): Promise<string | null> {
  const runId = await inlet.store.runAt(address);
  const row = runId === null ? null : await inlet.store.run(runId);
  const ended = ["complete", "failed", "cancelled"];
  return row === null || ended.includes(row.status) ? null : row.runId;
}

async function launch(receiver: Receiver, delivery: Delivery, about: About): Promise<Response> {
  const { hook, key, headers, payload } = delivery;
  const target = resultTarget(hook, payload, headers);
  const results = target === null ? null : await saveTarget(receiver.inlet, hook, key, target);
  const submitted = await receiver.inlet.launch(
    hook.agent,
    {
      task: hook.prompt,
      actor: actorOf(hook),
      via: { channel: "webhook" },
      addresses: [hook.speaksAt, about.address, results].filter((address) => address !== null),
      // The task is ours and trusted; the delivery is data, and marks the run as having read untrusted bytes.
      trusted: true,
      context: [{ source: `webhook ${hook.name}`, text: briefing(hook, payload, headers), trusted: false }],
      follows: null,
      parent: null,
    },
    { source: `webhook:${hook.name}`, key },
  );
  if (!submitted.ok) return refusedByRights(receiver, hook, submitted.refusal);
  return answered(receiver, submitted, {});
}

/** A machine: it may launch what the agent's rights list it for, and never approves. */
function actorOf(hook: WebhookOptions): Actor {
  const principal = `webhook:${hook.name}`;
  return { principal, name: `webhook ${hook.name}`, groups: [], guest: false, kind: "machine" };
}

function answered(
  receiver: Receiver,
  { runId, duplicate }: { runId: string; duplicate: boolean },
  more: object,
): Response {
  if (duplicate) return json(200, { duplicate: true, run_id: runId });
  const location = `${receiver.options.publicUrl}/agent/state/${runId}`;
  return json(202, { run_id: runId, ...more }, { location });
}

/** Authentic but not allowed: a 4xx would make some senders switch the webhook off, and tells nobody who can mend it. */
async function refusedByRights(
  receiver: Receiver,
  hook: WebhookOptions,
  refusal: { code: string; message: string },
): Promise<Response> {
  receiver.options.log.warn({ webhook: hook.name, code: refusal.code }, "webhook launch refused");
  await receiver.inlet.store.audit({
    at: receiver.options.clock.now(),
    principal: `webhook:${hook.name}`,
    action: "launch",
    resource: `agent:${hook.agent}`,
    decision: "refused",
    rule: refusal.code,
  });
  return json(202, { ignored: refusal.code });
}

/** Never a 2xx for what is not durable. Anything but the store's trouble is a bug and goes on to the server. */
export function notStored(error: unknown): Response {
  if (!(error instanceof StoreError)) throw error;
  const code: ProblemCode = error.code === "storage_full" ? "storage_full" : "storage_busy";
  const after = code === "storage_full" ? "60" : "2";
  return problem(code, "Nothing was stored. Deliver it again later.", { "retry-after": after });
}
