/** What a failed call to Slack means for the outbox. */

import { webApi } from "@slack/bolt";
import { never } from "../../src/core/never.ts";
import { ChannelError, type SendFailure } from "../../src/core/ports/channel-error.ts";
import { thrown } from "../../src/core/text/thrown.ts";
import { type Refusal, refusalOf } from "./refusal.ts";

/** The code of a refusal by Slack (`channel_not_found`), or null for anything else. */
export function slackCode(error: unknown): string | null {
  if (!(error instanceof webApi.WebAPIPlatformError)) return null;
  // The SDK takes an answer that is no JSON (a proxy's page, one that was cut) for a code.
  const code: unknown = error.data.error;
  return typeof code === "string" && /^\w{2,80}$/.test(code) ? code : null;
}

const hints: Record<string, string> = {
  not_in_channel: "invite the bot to the channel: /invite @the-bot",
  channel_not_found: "invite the bot to the channel: /invite @the-bot",
  is_archived: "the channel is archived",
  invalid_auth: "SLACK_BOT_TOKEN is not valid (any more)",
  account_inactive: "the bot was removed from the workspace",
  token_revoked: "SLACK_BOT_TOKEN was revoked",
  missing_scope: "a scope is missing: run `npm run doctor`",
  restricted_action: "the workspace does not let the bot post there",
};

/** Never sent: nobody answered the door. */
const unsent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** How long Slack may still be busy with a call whose answer was lost, ms. */
const settleMs = 3000;
/** A rate limit that does not say how long, ms. */
const unsaidWaitMs = 30_000;

/** `idempotent`: doing it again is harmless, so its outcome need not be looked up. */
export function channelError(error: unknown, what: { method: string; idempotent: boolean }): ChannelError {
  if (error instanceof ChannelError) return error;
  const { method, idempotent } = what;
  const cause = { cause: error };
  const unknown: SendFailure = idempotent
    ? { type: "way", retryAfterMs: null }
    : { type: "uncertain", retryAfterMs: settleMs };
  if (error instanceof webApi.WebAPIRateLimitedError) {
    const retryAfterMs = Math.max(1, error.retryAfter) * 1000;
    return new ChannelError(`${method}: rate limited`, { type: "wait", retryAfterMs }, cause);
  }
  const code = slackCode(error);
  if (code !== null) {
    const hint = hints[code];
    const words = hint === undefined ? `${method}: ${code}` : `${method}: ${code}; ${hint}`;
    return new ChannelError(words, failureOf(refusalOf(code), unknown), cause);
  }
  if (error instanceof webApi.WebAPIPlatformError)
    return new ChannelError(`${method}: the answer is not Slack's; is a proxy in between?`, unknown, cause);
  if (error instanceof webApi.WebAPIHTTPError) {
    // A proxy may say anything after it passed the message on; only what is too large for it never was.
    const failure: SendFailure = error.statusCode === 413 ? { type: "body" } : unknown;
    return new ChannelError(`${method}: HTTP ${error.statusCode}`, failure, cause);
  }
  const said = error instanceof Error ? error.message : thrown(error);
  const failure: SendFailure = isUnsent(error) ? { type: "way", retryAfterMs: null } : unknown;
  return new ChannelError(`${method}: ${said}`, failure, cause);
}

function failureOf(refusal: Refusal, unknown: SendFailure): SendFailure {
  switch (refusal) {
    case "body":
    case "anew":
      return { type: refusal };
    case "place":
      return { type: "place", gone: false };
    case "way":
      return { type: "way", retryAfterMs: null };
    case "wait":
      return { type: "wait", retryAfterMs: unsaidWaitMs };
    case "unknown":
      return unknown;
    case "sent":
      return { type: "uncertain", retryAfterMs: settleMs };
    default:
      return never(refusal);
  }
}

function isUnsent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = originalOf(at)) {
    if ("code" in at && typeof at.code === "string" && unsent.has(at.code)) return true;
  }
  return false;
}

function originalOf(error: Error): unknown {
  return error instanceof webApi.WebAPIRequestError ? error.original : error.cause;
}
