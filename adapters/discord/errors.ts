/** What discord.js throws, in the words of the port. */
import { RESTJSONErrorCodes as Code, DiscordAPIError, HTTPError, RateLimitError } from "discord.js";
import { ChannelError, type SendFailure } from "../../src/core/ports/channel-error.ts";
import { refusalOf } from "./refusal.ts";

/** Discord's own code of an error, or null when it is another kind of error. */
export function codeOf(error: unknown): number | null {
  return error instanceof DiscordAPIError ? Number(error.code) : null;
}

const words: Readonly<Record<number, string>> = {
  [Code.UnknownChannel]: "The channel or thread is gone.",
  [Code.MissingAccess]: "I can't see this channel. Give me View Channel there.",
  [Code.MissingPermissions]:
    "I lack a permission here. I need View Channel, Send Messages, Send Messages in Threads, Create Public Threads, Read Message History, Embed Links and Attach Files.",
  [Code.InvalidActionOnArchivedThread]: "The thread is archived and I may not open it again.",
  [Code.ThreadLocked]: "The thread is locked.",
  [Code.MaximumActiveThreads]: "There are too many active threads on this server.",
};

/** `creates`: the request may have made a message even though its answer did not come. */
export function channelError(error: unknown, creates: boolean): ChannelError {
  if (error instanceof ChannelError) return error;
  const cause = { cause: error };
  const unknown: SendFailure = { type: creates ? "uncertain" : "way", retryAfterMs: null };
  if (error instanceof RateLimitError) {
    const retryAfterMs = Math.max(100, Math.ceil(error.retryAfter));
    return new ChannelError("Discord's rate limit is reached.", { type: "wait", retryAfterMs }, cause);
  }
  if (error instanceof DiscordAPIError) return refused(error, unknown);
  if (error instanceof HTTPError)
    return new ChannelError(`Discord answered ${error.status}.`, unknown, cause);
  const failure: SendFailure = neverLeft(error) ? { type: "way", retryAfterMs: null } : unknown;
  return new ChannelError("Discord did not answer.", failure, cause);
}

function refused(error: DiscordAPIError, unknown: SendFailure): ChannelError {
  const cause = { cause: error };
  const { status } = error;
  const code = Number(error.code);
  if (status === 401) {
    const failure: SendFailure = { type: "way", retryAfterMs: 60_000 };
    return new ChannelError("Discord refuses the token.", failure, cause);
  }
  // A page of a proxy has no code.
  if (Number.isNaN(code)) {
    const failure: SendFailure = status === 413 ? { type: "body" } : unknown;
    return new ChannelError(`Something in between answered ${status}.`, failure, cause);
  }
  const message = words[code] ?? `Discord refused: ${error.message}`;
  return new ChannelError(message, failureOf(code, status, unknown), cause);
}

function failureOf(code: number, status: number, unknown: SendFailure): SendFailure {
  const refusal = refusalOf(code);
  if (refusal.type === "wait") return refusal;
  if (status === 429) return { type: "wait", retryAfterMs: 5_000 };
  return refusal.type === "unknown" ? unknown : refusal;
}

const beforeSending = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

function neverLeft(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && beforeSending.has(error.code)) return true;
  return error.message.includes("Expected token to be set") || neverLeft(error.cause);
}
