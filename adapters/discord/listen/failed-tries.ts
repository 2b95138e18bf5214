/** Takes a message that failed before again and again, but not for ever: what can't be taken must not keep the rest. */
import { type APIMessage, DiscordAPIError, HTTPError, RateLimitError } from "discord.js";
import { StoreError } from "../../../src/core/ports/store-error.ts";
import type { DiscordOptions } from "../session.ts";

/** A fault in the program is the same at the next try; anything else may be over by then: tried for about an hour. */
const triesOfBug = 3;
const triesOfUnknown = 20;

export class FailedTries {
  readonly #tries = new Map<string, number>();

  /** Resolves when the message was taken, or is passed over. @throws what may be over by another try */
  async take(message: APIMessage, log: DiscordOptions["log"], work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        break;
      } catch (err) {
        const next = this.#next(message.id, err);
        if (next === "later") throw err;
        if (next === "at_once") continue;
        const fields = { err, channelId: message.channel_id, messageId: message.id };
        log.error(fields, "discord message passed over: it can't be taken");
        break;
      }
    }
    this.#tries.delete(message.id);
  }

  #next(messageId: string, error: unknown): "at_once" | "later" | "pass_over" {
    // Of the store, of Discord and of the line between is known that they come back: nothing is lost to them.
    if (isOfWorld(error)) return "later";
    const tries = (this.#tries.get(messageId) ?? 0) + 1;
    this.#tries.set(messageId, tries);
    // Waiting mends no program.
    if (isBug(error)) return tries < triesOfBug ? "at_once" : "pass_over";
    return tries < triesOfUnknown ? "later" : "pass_over";
  }
}

function isOfWorld(error: unknown): boolean {
  if (error instanceof StoreError || error instanceof RateLimitError) return true;
  if (error instanceof DiscordAPIError || error instanceof HTTPError) return true;
  if (isBug(error)) return false;
  // Node's own: ECONNRESET, UND_ERR_SOCKET.
  return error instanceof Error && ("code" in error || error.cause !== undefined);
}

/** Also those of Node that have a code (`ERR_INVALID_URL`). `fetch failed` is a TypeError too: its cause is the world's. */
function isBug(error: unknown): boolean {
  if (error instanceof Error && error.cause !== undefined) return false;
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
