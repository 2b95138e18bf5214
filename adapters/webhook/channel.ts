/** The webhook channel: deliveries and one-time event URLs come in, results go back where they were asked for. */

import { questionOf } from "../../src/core/message.ts";
import type { Channel, Delivery, Inlet } from "../../src/core/ports/channel.ts";
import { ChannelError } from "../../src/core/ports/channel-error.ts";
import { plural } from "../../src/core/text/count.ts";
import { Turns } from "../../src/core/turns.ts";
import { receiveEvent } from "./event.ts";
import { eventUrls } from "./event-url.ts";
import type { Receiver } from "./handle-delivery.ts";
import { kindOf } from "./kinds/list.ts";
import { failureLimiter } from "./limiter.ts";
import type { WebhookChannelOptions, WebhookOptions } from "./options.ts";
import { PathWatch } from "./path-watch.ts";
import { problem } from "./problem.ts";
import { type Hook, receive } from "./receive.ts";
import { tellResult } from "./results.ts";
import { loadTarget } from "./target.ts";

const route = /^\/webhooks\/([a-z0-9][a-z0-9-]{0,62})(?:\/([^/]{1,500}))?$/;
const eventRoute = /^\/webhooks\/events\/([\w.-]{1,2000})$/;

/** A hook whose secret has no value is left out: its URL is answered 404. */
export function webhookChannel(options: WebhookChannelOptions): Channel {
  const open = options.hooks.flatMap((hook) => opened(hook, options.secrets) ?? []);
  const byName = new Map(open.map((hook) => [hook.options.name, hook]));
  const limiter = failureLimiter(options.clock);
  const byMatter = new Turns();
  const urls = eventUrls(options.eventKey, options.publicUrl, options.formerEventKeys);
  let receiver: Receiver | null = null;

  return {
    name: "webhook",
    can: { edit: true, buttons: false, maxText: 60_000, minIntervalMs: 1000 },

    async start(inlet: Inlet) {
      receiver = { options, inlet, limiter, byMatter };
    },

    async stop() {
      receiver = null;
    },

    async post(delivery) {
      return { remoteId: await post(options, receiver, byName, delivery) };
    },

    /** A machine is told by the answer to its request. */
    identify: async (actor) => actor,
    async whisper() {},

    handle(request) {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith("/webhooks/")) return null;
      const eventToken = eventRoute.exec(pathname)?.[1];
      if (eventToken !== undefined) return receiveEvent(receiver, urls, eventToken, request);
      const [, name = "", last] = route.exec(pathname) ?? [];
      const hook = byName.get(name);
      if (!hook || !receiver) return Promise.resolve(noSuchWebhook());
      if (request.method !== "POST") {
        return Promise.resolve(problem("method_not_allowed", "Send a POST request.", { allow: "POST" }));
      }
      return receive(receiver, hook, last === undefined ? null : unescaped(last), request);
    },

    health() {
      const off = options.hooks.length - open.length;
      const without = off > 0 ? [`${off} off: no secret`] : [];
      const warnings = open.flatMap(({ options: { name }, watch }) =>
        watch.warnings().map((warning) => `${name}: ${warning}`),
      );
      const on = open.length === 0 ? "none is on" : plural(open.length, "webhook");
      return { ok: off === 0, detail: [on, ...without, ...warnings].join(", ") };
    },
  };
}

/** null: without a secret the route does not exist. */
function opened(hook: WebhookOptions, known: WebhookChannelOptions["secrets"]): Hook | null {
  const secret = known[hook.secretEnv];
  if (!secret) return null;
  const previous = hook.previousSecretEnv === null ? undefined : known[hook.previousSecretEnv];
  const secrets = previous ? [secret, previous] : [secret];
  return { options: hook, kind: kindOf(hook.verify), secrets, watch: new PathWatch(hook) };
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The same words for a name that does not exist and one whose secret is not set. */
function noSuchWebhook(): Response {
  return problem(
    "unknown_webhook",
    "No webhook has this name, or its secret is not set. Check belay.config.ts.",
  );
}

async function post(
  options: WebhookChannelOptions,
  receiver: Receiver | null,
  byName: ReadonlyMap<string, Hook>,
  delivery: Delivery,
): Promise<string> {
  if (!receiver)
    throw new ChannelError("the webhook channel is not started", { type: "wait", retryAfterMs: 5_000 });
  // A matter's address is for finding its run; nobody listens there. A question is the people's, not the machine's.
  if (!delivery.address.includes("/results/") || questionOf(delivery) !== null) return "nobody listens";
  const target = await loadTarget(receiver.inlet, delivery.address);
  const hook = target ? byName.get(target.webhook)?.options : undefined;
  if (!target || !hook)
    throw new ChannelError("this webhook is not set up any more", { type: "place", gone: false });
  const secret = hook.callback ? (options.secrets[hook.callback.secretEnv] ?? null) : null;
  const teller = {
    inlet: receiver.inlet,
    clock: options.clock,
    callbackHosts: options.callbackHosts,
    github: options.github,
    runUrl: (runId: string) => `${options.publicUrl}/runs/${runId}`,
  };
  return tellResult(teller, hook, secret, target, delivery);
}
