/** Who said what was heard, where the channel could not tell when it came: asked for side by side. */
import type { Logger } from "pino";
import type { Actor } from "../core/actor.ts";
import type { Channel } from "../core/ports/channel.ts";
import type { Inbound } from "../core/ports/inbound.ts";
import { type Claimed, nameOf } from "./claimed.ts";

/** `found` is told of each message whose sender is known now, with that sender. */
export interface LookUpDeps {
  channels: ReadonlyMap<string, Channel>;
  log: Logger;
  found: (claimed: Claimed) => void;
}

/** The others wait for their turn. */
const atOnce = 50;

/** What is not found is forgotten here: the message stays pending, and is asked for anew when it is claimed again. */
export class LookUps {
  readonly #deps: LookUpDeps;
  /** By message: what is asked for or waits for it. */
  readonly #open = new Map<string, Claimed>();
  readonly #waiting: Claimed[] = [];
  #asking = 0;

  constructor(deps: LookUpDeps) {
    this.#deps = deps;
  }

  begin(claimed: Claimed): void {
    const name = nameOf(claimed);
    const open = this.#open.get(name);
    if (open) {
      // The claim ran out over the question, and is ours once more.
      open.until = claimed.until;
      claimed.untried &&= open.untried;
      return;
    }
    this.#open.set(name, claimed);
    this.#waiting.push(claimed);
    this.#askNext();
  }

  /** Nobody is asked for any more, and nothing is told. */
  stop(): void {
    this.#waiting.length = 0;
    this.#open.clear();
  }

  #askNext(): void {
    while (this.#asking < atOnce) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      void this.#lookUp(next);
    }
  }

  async #lookUp(claimed: Claimed): Promise<void> {
    this.#asking++;
    claimed.untried = false;
    const { unsure: _, ...sure } = claimed.inbound;
    const actor = await this.#ask(sure);
    this.#asking--;
    if (!this.#open.delete(nameOf(claimed))) return;
    if (actor) this.#deps.found({ ...claimed, inbound: { ...sure, actor } });
    this.#askNext();
  }

  async #ask({ channel, key, actor }: Inbound): Promise<Actor | null> {
    try {
      return (await this.#deps.channels.get(channel)?.identify(actor)) ?? null;
    } catch (error) {
      this.#deps.log.error({ err: error, channel, key }, "looking up a sender failed");
      return null;
    }
  }
}
