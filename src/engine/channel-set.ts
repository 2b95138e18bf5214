/** The channels of this bot: started, tried again when one can't start, stopped together. */
import type { Logger } from "pino";
import type { Channel, Inlet } from "../core/ports/channel.ts";
import { backoffMs, type Rng } from "./backoff.ts";

/** A channel that can't start does not stop the others; it is tried again with growing pauses. */
export class ChannelSet {
  /** All that this bot has, in whichever process. */
  readonly byName: ReadonlyMap<string, Channel>;
  /** Those of them that this process has now. */
  readonly here = new Map<string, Channel>();
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

  /** Channels that several processes may have. */
  get shared(): readonly Channel[] {
    return [...this.byName.values()].filter(({ single }) => !single);
  }

  /** Channels that this process has only while it is the holder. */
  get single(): readonly Channel[] {
    return [...this.byName.values()].filter(({ single }) => single);
  }

  /** Names of those that this bot has and this process has not. */
  get elsewhere(): readonly string[] {
    return [...this.byName.keys()].filter((name) => !this.here.has(name));
  }

  /** Side by side: one that connects slowly keeps no other from hearing. */
  begin(channels: readonly Channel[], inlet: Inlet): void {
    for (const channel of channels) this.here.set(channel.name, channel);
    const starting = channels.map((channel) => this.#start(channel, inlet, 1));
    this.begun = Promise.all([this.begun, ...starting]);
  }

  async stop(channels: readonly Channel[] = [...this.here.values()]): Promise<void> {
    for (const channel of channels) {
      clearTimeout(this.#restarts.get(channel.name));
      if (this.here.delete(channel.name)) await channel.stop();
    }
  }

  /** A channel that can't start says so and is tried again; the rest of the bot works. */
  async #start(channel: Channel, inlet: Inlet, attempt: number): Promise<void> {
    try {
      await channel.start(inlet);
      // What could not be delivered by the former process, or before the token was changed, need not wait on.
      await inlet.retryAt(`${channel.name}:`);
    } catch (error) {
      this.#log.error({ channel: channel.name, attempt, ...toldOf(error) }, "channel did not start");
      const wait = backoffMs(attempt, null, this.#rng, 5_000, 300_000);
      const again = setTimeout(() => void this.#start(channel, inlet, attempt + 1), wait);
      again.unref();
      this.#restarts.set(channel.name, again);
    }
  }
}

/** A channel says in words why it can't start; only of a bug the stack is told. */
function toldOf(error: unknown): { why: string } | { err: unknown } {
  const isWords = error instanceof Error && error.constructor === Error;
  return isWords ? { why: error.message } : { err: error };
}
