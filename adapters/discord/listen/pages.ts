/** Reads channels page by page, each to its end, and goes on where a failure stopped it. */
import type { APIMessage } from "discord.js";
import { laterOf } from "../nonce.ts";
import type { Session } from "../session.ts";
import { pageAfter, pageSize } from "./history.ts";

/** Of one channel: 2,000 messages, at a request for each hundred. */
const maxPages = 20;

/** `after`: every message up to this one was taken. */
interface Reached {
  after: string;
  page: number;
}

export class Pages {
  readonly #session: Session;
  /** Of channels that failed: Discord allows fewer requests at once than a long one takes. */
  readonly #reached = new Map<string, Reached>();

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Every message after `since`, the oldest first, to `take`. Resolves to false when there are more than are read, and
   * to true also when it is aborted. @throws what `take` or Discord throws
   */
  async read(
    channelId: string,
    since: string,
    { take, signal }: { take: (message: APIMessage) => Promise<void>; signal: AbortSignal },
  ): Promise<boolean> {
    const { after, page } = this.#reached.get(channelId) ?? { after: "0", page: 0 };
    const at: Reached = { after: laterOf(since, after), page };
    this.#reached.set(channelId, at);
    for (; at.page < maxPages && !signal.aborted; at.page += 1) {
      const messages = await pageAfter(this.#session, channelId, at.after);
      for (const message of messages) {
        await take(message);
        at.after = laterOf(at.after, message.id);
      }
      if (messages.length < pageSize) return this.#reached.delete(channelId);
    }
    this.#reached.delete(channelId);
    return signal.aborted;
  }
}
