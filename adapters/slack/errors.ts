/** What a failed call to Slack means for the outbox: try again, look it up first, post anew, or give up. */
import { webApi } from "@slack/bolt";
import { ChannelError } from "../../src/core/ports/channel.ts";

/** The code of a refusal by Slack (`channel_not_found`), or null for anything else. */
export function slackCode(error: unknown): string | null {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : null;
}

const passing = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
]);
const alreadySent = new Set(["duplicate_client_msg_id", "message_already_sent"]);
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

/** `idempotent`: doing it again is harmless, so its outcome need not be looked up. */
export function channelError(error: unknown, what: { method: string; idempotent: boolean }): ChannelError {
  if (error instanceof ChannelError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const unknown = {
    uncertain: !what.idempotent,
    retryAfterMs: what.idempotent ? null : settleMs,
    cause: error,
  };
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return new ChannelError(`${what.method}: rate limited`, {
      retryAfterMs: Math.max(1, error.retryAfter) * 1000,
      cause: error,
    });
  }
  if (error instanceof webApi.WebAPIPlatformError)
    return refused(error, error.data.error, what.method, unknown);
  if (error instanceof webApi.WebAPIHTTPError) {
    const options = error.statusCode >= 500 ? unknown : { permanent: true, cause: error };
    return new ChannelError(`${what.method}: HTTP ${error.statusCode}`, options);
  }
  return new ChannelError(`${what.method}: ${said}`, isUnsent(error) ? { cause: error } : unknown);
}

function refused(
  error: unknown,
  code: string,
  method: string,
  unknown: ConstructorParameters<typeof ChannelError>[1],
): ChannelError {
  if (passing.has(code)) return new ChannelError(`${method}: ${code}`, unknown);
  if (alreadySent.has(code)) {
    return new ChannelError(`${method}: ${code}`, { uncertain: true, retryAfterMs: settleMs, cause: error });
  }
  if (code === "ratelimited")
    return new ChannelError(`${method}: ${code}`, { retryAfterMs: 30_000, cause: error });
  if (code === "message_not_found")
    return new ChannelError(`${method}: ${code}`, { lost: true, cause: error });
  const hint = hints[code];
  const message = hint === undefined ? `${method}: ${code}` : `${method}: ${code}; ${hint}`;
  return new ChannelError(message, { permanent: true, cause: error });
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
