/** Bolt's receiver for both transports: nothing is acknowledged before Bolt's listeners have remembered it. */

import type { App, Receiver } from "@slack/bolt";
import { readBody } from "../../../src/core/ports/body.ts";
import { thrown } from "../../../src/core/text/thrown.ts";
import type { SlackOptions } from "../options.ts";
import { at, parsedJson } from "../payload.ts";
import { verifySignature } from "./signature.ts";
import { type Envelope, Socket } from "./socket.ts";

/** Slack's payloads are far smaller; more is no payload of Slack. */
const maxBody = 1_000_000;

/** `start` rejects when Slack can't be reached or refuses the app token. */
export interface SlackReceiver extends Receiver {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Null: not for Slack, or Slack does not speak by HTTP here. */
  handle(request: Request): Promise<Response> | null;
  health(): { ok: boolean; detail: string };
}

/**
 * Bolt acknowledges events before its listeners run; here its `ack` only notes the answer, and this sends it after.
 */
export function slackReceiver(options: SlackOptions): SlackReceiver {
  let app: App | null = null;
  const remember = async (body: Record<string, unknown>): Promise<object | undefined> => {
    if (app === null) throw new Error("slack receiver is not initialised");
    let answer: object | undefined;
    const ack = async (given?: unknown) => {
      if (typeof given === "object" && given !== null) answer = given;
    };
    await app.processEvent({ body, ack });
    return answer;
  };
  const line = options.appToken === null ? null : socketLine(options, options.appToken, remember);
  const secret = options.appToken === null ? options.signingSecret : null;
  return {
    init(bolt) {
      app = bolt;
    },
    async start() {
      await line?.start();
    },
    async stop() {
      await line?.stop();
    },
    handle(request) {
      if (secret === null || new URL(request.url).pathname !== "/slack/events") return null;
      return answerHttp(request, secret, options, remember);
    },
    health: () => line?.health() ?? { ok: true, detail: "HTTP at /slack/events" },
  };
}

type Remember = (body: Record<string, unknown>) => Promise<object | undefined>;

function socketLine(options: SlackOptions, appToken: string, remember: Remember): Socket {
  return new Socket({ ...options, appToken }, async (envelope: Envelope) => {
    await envelope.ack(await remember(envelope.body));
  });
}

async function answerHttp(
  request: Request,
  secret: string,
  options: SlackOptions,
  remember: Remember,
): Promise<Response> {
  // Slack looks now and then whether the certificate is good (docs.slack.dev, slash commands), without a signature.
  const isCheck = request.method === "GET" && new URL(request.url).searchParams.get("ssl_check") === "1";
  if (isCheck) return new Response(null, { status: 200 });
  if (request.method !== "POST") return new Response(null, { status: 405, headers: { Allow: "POST" } });
  // Who does not even claim to be Slack is not read.
  if (!request.headers.has("x-slack-signature")) return problem(401, "bad_signature");
  const bytes = await readBody(request, maxBody);
  if (bytes === null) return problem(413, "too_large");
  const raw = new TextDecoder().decode(bytes);
  const verdict = verifySignature({
    secret,
    timestamp: request.headers.get("x-slack-request-timestamp"),
    signature: request.headers.get("x-slack-signature"),
    body: raw,
    now: options.clock.now(),
  });
  if (verdict !== "good") {
    const code = verdict === "stale" ? "stale_signature" : "bad_signature";
    options.log.warn({ channel: "slack", code }, "slack request refused");
    return problem(401, code);
  }
  const body = decode(request.headers.get("content-type") ?? "", raw);
  if (body === "unsupported") return problem(415, "unsupported_media_type");
  if (body === null) return problem(400, "invalid_body");
  if (body.type === "url_verification") return Response.json({ challenge: body.challenge });
  if (body.ssl_check !== undefined) return new Response(null, { status: 200 });
  try {
    const answer = await remember(body);
    return answer === undefined ? new Response(null, { status: 200 }) : Response.json(answer);
  } catch (error) {
    options.log.error({ channel: "slack", err: thrown(error) }, "slack request was not remembered");
    // Anything but 2xx makes Slack send an event again.
    return problem(503, "not_remembered");
  }
}

/** JSON for events; a form with a JSON `payload` for interactions; a flat form for slash commands. */
function decode(contentType: string, raw: string): Record<string, unknown> | "unsupported" | null {
  if (contentType.startsWith("application/json")) return asObject(parsedJson(raw));
  if (!contentType.startsWith("application/x-www-form-urlencoded")) return "unsupported";
  const form = Object.fromEntries(new URLSearchParams(raw));
  return form.payload === undefined ? form : asObject(parsedJson(form.payload));
}

function asObject(value: unknown): Record<string, unknown> | null {
  return at(value) !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function problem(status: number, code: string): Response {
  return Response.json({ error: code }, { status });
}
