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
/** Longer than until a message that is still pending is claimed again: what did not come by then is somebody else's. */
const waitsMs = 30_000;

/** A message whose last try failed; times in steady ms. */
interface Failing {
  /** When the first of its tries that failed began. */
  since: number;
  /** Its last try beside the others, counted; 0: none. */
  turn: number;
  /** When it found another one tried beside the others, null: it has had its turn since. */
  waits: number | null;
}

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
  /** By message. */
  readonly #failing = new Map<string, Failing>();
  #beside: Promise<void> | null = null;
  #turns = 0;

  constructor(deps: TriesDeps) {
    this.#deps = deps;
  }

  /** Resolves when the message is worked off, or is somebody's beside the others. Throws the store's trouble. */
  async begin(message: Claimed): Promise<void> {
    const failing = this.#failing.get(nameOf(message));
    const now = this.#deps.clock.steady();
    if (failing === undefined || now - failing.since < inTroubleMs) return this.#try(message);
    // One at a time: each may hold a connection for as long as a statement may take. The claim of another one runs out.
    if (this.#beside !== null || this.#isBehind(failing, now)) {
      failing.waits = now;
      return;
    }
    failing.turn = ++this.#turns;
    failing.waits = null;
    this.#beside = this.#tryBeside(message).finally(() => {
      this.#beside = null;
    });
  }

  /** Messages are claimed in one order each time: else the first that the store never takes would keep out the others. */
  #isBehind({ turn }: Failing, now: number): boolean {
    const others = [...this.#failing.values()];
    return others.some(({ turn: other, waits }) => waits !== null && now - waits < waitsMs && other < turn);
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
      if (!this.#failing.has(name)) this.#failing.set(name, { since: began, turn: 0, waits: null });
      throw error;
    }
  }
}
