/** What discord.js throws, in the words of the port: gone, may have arrived, for ever, or later. */
import { RESTJSONErrorCodes as Code, DiscordAPIError, HTTPError, RateLimitError } from "discord.js";
import { ChannelError } from "../../src/core/ports/channel.ts";

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
  if (error instanceof RateLimitError) {
    const retryAfterMs = Math.max(100, Math.ceil(error.retryAfter));
    return new ChannelError("Discord's rate limit is reached.", { retryAfterMs, cause: error });
  }
  if (error instanceof DiscordAPIError) return refused(error);
  if (error instanceof HTTPError) {
    return new ChannelError(`Discord answered ${error.status}.`, { uncertain: creates, cause: error });
  }
  const uncertain = creates && !neverLeft(error);
  return new ChannelError("Discord did not answer.", { uncertain, cause: error });
}

function refused(error: DiscordAPIError): ChannelError {
  const code = Number(error.code);
  if (code === Code.UnknownMessage)
    return new ChannelError("The message is gone.", { lost: true, cause: error });
  if (error.status === 401) {
    const retryAfterMs = 300_000;
    return new ChannelError("Discord refuses the token.", { retryAfterMs, cause: error });
  }
  if (error.status === 429) return new ChannelError("Discord's rate limit is reached.", { cause: error });
  if (code === Code.MaximumNumberOfEditsToMessagesOlderThanOneHourReached) {
    const retryAfterMs = 60_000;
    return new ChannelError("Too many edits of old messages.", { retryAfterMs, cause: error });
  }
  return new ChannelError(words[code] ?? `Discord refused: ${error.message}`, {
    permanent: true,
    cause: error,
  });
}

const beforeSending = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

function neverLeft(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && beforeSending.has(error.code)) return true;
  return error.message.includes("Expected token to be set") || neverLeft(error.cause);
}
