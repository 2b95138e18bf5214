/** Looks for messages that were changed while the bot was away: Discord lists them by when they were written. */
import type { APIMessage } from "discord.js";
import { timeOf } from "../nonce.ts";
import type { Session } from "../session.ts";
import { maxAgeMs, newestPage } from "./history.ts";

/** Each place is looked through once in a session, by its newest messages. */
export class Edits {
  readonly #session: Session;
  readonly #places = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * `updatedAt`: when something last happened to the run there (ms). Where that is long ago, no answer is young enough
   * that its change would be heard.
   */
  lookFor(channelId: string, updatedAt: number): void {
    if (updatedAt >= this.#session.options.clock.now() - maxAgeMs) this.#places.add(channelId);
  }

  /** What was changed there after the message `since` was written, oldest first. @throws what `take` or Discord throws */
  async read(channelId: string, since: string, take: (message: APIMessage) => Promise<void>): Promise<void> {
    if (!this.#places.has(channelId)) return;
    for (const message of await newestPage(this.#session, channelId)) {
      const { edited_timestamp: edited } = message;
      if (edited && Date.parse(edited) > timeOf(since)) await take(message);
    }
    this.#places.delete(channelId);
  }
}
