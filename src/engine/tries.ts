/**
 * Tries of messages: each waits for the one before it, but for a message that the store does not take while it takes
 * others. Over what passes the order is kept; what fails for longer is tried beside the others and holds up nobody.
 */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import { type Claimed, nameOf } from "./look-ups.ts";

/** Since its first try began: as long as a trouble that passes, shorter than a statement may take before it is given up. */
const inTroubleMs = 3_000;
/** The others are forgotten: they hold up those behind them once more. */
const mostKnown = 1_000;

export interface TriesDeps {
  clock: Clock;
  log: Logger;
  /** What it throws is the store's trouble: the message stays pending. */
  workOff: (message: Claimed) => Promise<void>;
  /** A try beside the others has ended; not taken: it is worth a look after a while. */
  ended: (outcome: "taken" | "not taken") => void;
}

export class Tries {
  readonly #deps: TriesDeps;
  /** By message: when the first of its tries that failed began (steady ms). */
  readonly #failing = new Map<string, number>();
  #beside: Promise<void> | null = null;

  constructor(deps: TriesDeps) {
    this.#deps = deps;
  }

  /** Resolves when the message is worked off, or is somebody's beside the others. Throws the store's trouble. */
  async begin(message: Claimed): Promise<void> {
    const since = this.#failing.get(nameOf(message));
    if (since === undefined || this.#deps.clock.steady() - since < inTroubleMs) return this.#try(message);
    // One at a time: each may hold a connection for as long as a statement may take. The claim of another one runs out.
    this.#beside ??= this.#tryBeside(message).finally(() => {
      this.#beside = null;
    });
  }

  /** Resolves when nothing is tried beside the others any more. */
  async over(): Promise<void> {
    await this.#beside;
  }

  async #tryBeside(message: Claimed): Promise<void> {
    try {
      await this.#try(message);
      this.#deps.ended("taken");
    } catch (error) {
      const { source, key } = message.row;
      this.#deps.log.error({ err: error, channel: source, key }, "the store does not take a message");
      this.#deps.ended("not taken");
    }
  }

  async #try(message: Claimed): Promise<void> {
    const name = nameOf(message);
    const began = this.#deps.clock.steady();
    try {
      await this.#deps.workOff(message);
      this.#failing.delete(name);
    } catch (error) {
      if (this.#failing.size >= mostKnown) this.#failing.clear();
      this.#failing.set(name, this.#failing.get(name) ?? began);
      throw error;
    }
  }
}
