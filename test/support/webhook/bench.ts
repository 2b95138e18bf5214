/** A webhook channel on a memory inlet, and signed deliveries for it. */
import { createHmac } from "node:crypto";
import { webhookChannel } from "../../../adapters/webhook/channel.ts";
import type { WebhookChannelOptions, WebhookOptions } from "../../../adapters/webhook/options.ts";
import type { Channel } from "../../../src/core/ports/channel.ts";
import { type MemoryInlet, memoryInlet } from "./inlet.ts";

export const secret = "correct horse battery staple";
export const clock = { at: 1_764_000_000_000, now: () => clock.at, steady: () => clock.at };

export function hook(change: Partial<WebhookOptions> = {}): WebhookOptions {
  return {
    name: "ci",
    verify: { kind: "github" },
    secretEnv: "CI_SECRET",
    previousSecretEnv: null,
    title: null,
    filter: [],
    agent: "triage",
    prompt: "Find out why the build failed.",
    fields: [],
    speaksAt: null,
    concurrencyKey: null,
    resolvedWhen: [],
    callback: null,
    github: null,
    ...change,
  };
}

/** No Amazon, and no key set anywhere. */
export const nowhere = {
  sns: { isAuthentic: async () => false, confirm: async () => {} },
  fetchText: (url: string): Promise<string> => Promise.reject(new Error(`nothing is at ${url}`)),
};

/** How a channel is set up that has these hooks; the keys, the clock and the log are the caller's. */
export function hooksAt(hooks: WebhookOptions[]): Omit<WebhookChannelOptions, "eventKey" | "clock" | "log"> {
  return {
    hooks,
    secrets: { CI_SECRET: secret },
    publicUrl: "https://belay.example.com",
    callbackHosts: [],
    github: null,
    ...nowhere,
  };
}

export interface Bench {
  channel: Channel;
  inlet: MemoryInlet;
  logged: { fields: object; message: string }[];
  deliver(name: string, body: string | Uint8Array, headers?: Record<string, string>): Promise<Response>;
}

export async function bench(
  hooks: WebhookOptions[],
  change: Partial<WebhookChannelOptions> = {},
  inlet = memoryInlet(),
): Promise<Bench> {
  const logged: Bench["logged"] = [];
  const keep = (fields: object, message: string) => void logged.push({ fields, message });
  const channel = webhookChannel({
    ...hooksAt(hooks),
    eventKey: Buffer.alloc(32, 7),
    clock,
    log: { info: keep, warn: keep },
    ...change,
  });
  await channel.start(inlet);
  return { channel, inlet, logged, deliver: (name, body, headers) => deliver(channel, name, body, headers) };
}

export async function deliver(
  channel: Channel,
  name: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  const request = new Request(`https://belay.example.com/webhooks/${name}`, {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers: { "content-type": "application/json", ...headers },
  });
  const response = await channel.handle(request);
  if (!response) throw new Error("not a webhook's path");
  return response;
}

/** GitHub's headers for a body. */
export function signed(body: string | Uint8Array, more: Record<string, string> = {}): Record<string, string> {
  const mac = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${mac}`, "x-github-delivery": "d-1", ...more };
}
