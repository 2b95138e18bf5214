/** The channels of this bot: started, tried again when one can't start, stopped together. */
import type { Logger } from "pino";
import type { Channel, Inlet } from "../core/ports/channel.ts";
import { backoffMs, type Rng } from "./backoff.ts";

/** A channel that can't start does not stop the others; it is tried again with growing pauses. */
export class ChannelSet {
  readonly byName: ReadonlyMap<string, Channel>;
  /** Each has started or failed to. */
  begun: Promise<unknown> = Promise.resolve();
  readonly #log: Logger;
  readonly #rng: Rng;
  /** Channels that could not start and wait to be tried again. */
  readonly #restarts = new Map<string, NodeJS.Timeout>();

  constructor(channels: readonly Channel[], log: Logger, rng: Rng) {
    this.byName = new Map(channels.map((channel) => [channel.name, channel]));
    this.#log = log;
    this.#rng = rng;
  }

  /** Side by side: one that connects slowly keeps no other from hearing. */
  begin(inlet: Inlet): void {
    this.begun = Promise.all([...this.byName.values()].map((channel) => this.#start(channel, inlet, 1)));
  }

  async stop(): Promise<void> {
    for (const again of this.#restarts.values()) clearTimeout(again);
    for (const channel of this.byName.values()) await channel.stop();
  }

  /** A channel that can't start says so and is tried again; the rest of the bot works. */
  async #start(channel: Channel, inlet: Inlet, attempt: number): Promise<void> {
    try {
      await channel.start(inlet);
      // What could not be delivered by the former process, or before the token was changed, need not wait on.
      await inlet.retryAt(`${channel.name}:`);
    } catch (error) {
      this.#log.error({ channel: channel.name, err: error, attempt }, "channel did not start");
      const wait = backoffMs(attempt, null, this.#rng, 5_000, 300_000);
      const again = setTimeout(() => void this.#start(channel, inlet, attempt + 1), wait);
      again.unref();
      this.#restarts.set(channel.name, again);
    }
  }
}
