/** Where not everything was read that was said while the bot was away: it is not known whether it was meant. */
import type { Session } from "../session.ts";

const mostNamed = 5;

/** Since the start of this process; the channels that were named first are named. */
export class Unread {
  readonly #channels = new Set<string>();
  readonly #log: Pick<Session["options"]["log"], "warn">;

  constructor(log: Pick<Session["options"]["log"], "warn">) {
    this.#log = log;
  }

  /** It was read up to the most that is read of one channel. */
  cutShort(channelId: string): void {
    this.#channels.add(channelId);
    this.#log.warn({ channelId }, "discord catch-up cut short");
  }

  /** More channels had something new than are read. */
  leftOut(channelIds: readonly string[]): void {
    if (channelIds.length === 0) return;
    for (const channelId of channelIds) this.#channels.add(channelId);
    this.#log.warn({ channels: channelIds.length }, "discord catch-up left channels out");
  }

  /** For the line of health; null: everything was read. */
  inWords(): string | null {
    const ids = [...this.#channels];
    if (ids.length === 0) return null;
    const more = ids.length - mostNamed;
    const named = [...ids.slice(0, mostNamed), ...(more > 0 ? [`${more} more`] : [])].join(", ");
    const places = ids.length === 1 ? "one channel" : `${ids.length} channels`;
    return `more was said in ${places} while it was away than it reads (${named}): what it did not hear there must be said again`;
  }
}
