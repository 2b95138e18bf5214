/** Counts how often a message could not be taken, and says when to pass it over. */
import { DiscordAPIError, HTTPError, RateLimitError } from "discord.js";
import { StoreError } from "../../../src/core/ports/store-error.ts";

/** A fault in the program is the same at the next try; anything else may be over by then: tried for about an hour. */
const triesOfBug = 3;
const triesOfUnknown = 20;

export class FailedTries {
  readonly #tries = new Map<string, number>();

  delete(messageId: string): void {
    this.#tries.delete(messageId);
  }

  /** One more try failed with `error`: try again at once, or later, or pass the message over. */
  next(messageId: string, error: unknown): "at_once" | "later" | "pass_over" {
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
  // Node's own: ECONNRESET, UND_ERR_SOCKET; `fetch failed` has it in its cause.
  return error instanceof Error && ("code" in error || error.cause !== undefined);
}

function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
