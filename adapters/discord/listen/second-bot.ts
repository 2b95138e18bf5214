/** Another program on this bot's token: Discord sends both of them all that is said, and both act on it. */
import { RESTJSONErrorCodes } from "discord.js";
import type { Inlet } from "../../../src/core/ports/channel.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { codeOf } from "../errors.ts";

/** It is told for so long after it was last noticed. */
const toldMs = 3_600_000;

/** Discord tells again what happened in a gap of minutes. */
const remembered = 1_000;

export interface SecondBotOptions {
  clock: Pick<Clock, "steady">;
  log: { error(fields: object, phrase: string): void };
}

export class SecondBot {
  readonly #options: SecondBotOptions;
  /** Steady ms; null: never. */
  #noticedAt: number | null = null;
  /** What this process has sent an acknowledgement for, the oldest first. */
  readonly #ours = new Set<string>();

  constructor(options: SecondBotOptions) {
    this.#options = options;
  }

  /**
   * Acknowledges it. That it was acknowledged before may have been our own doing, since after a gap Discord tells it
   * again: then this process remembers it, or the store knows it. @throws what `send` does
   */
  async watch(inbound: Inbound, store: Inlet["store"], send: () => Promise<void>): Promise<void> {
    const isOurs = this.#ours.has(inbound.key);
    this.#remember(inbound.key);
    try {
      await send();
    } catch (error) {
      if (!isOurs) await this.#look(error, inbound, store);
      throw error;
    }
  }

  /** Before it is sent: an answer that is lost on its way was an acknowledgement too. */
  #remember(key: string): void {
    this.#ours.add(key);
    const [oldest] = this.#ours;
    if (this.#ours.size > remembered && oldest !== undefined) this.#ours.delete(oldest);
  }

  async #look(error: unknown, { channel: source, key }: Inbound, store: Inlet["store"]): Promise<void> {
    if (codeOf(error) !== RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged) return;
    // Without the store's answer nothing is known.
    const isOthers = await store.inboxRow({ source, key }).then(
      (row) => row === null,
      () => false,
    );
    if (!isOthers) return;
    const { clock, log } = this.#options;
    if (this.inWords() === null) log.error({ key }, "another program answers with this bot's Discord token");
    this.#noticedAt = clock.steady();
  }

  /** For the line of health; null: none was noticed. */
  inWords(): string | null {
    if (this.#noticedAt === null || this.#options.clock.steady() - this.#noticedAt >= toldMs) return null;
    return "another program answers with this bot's token, and what is approved may be done twice: stop one of them, or give it a token of its own";
  }
}
