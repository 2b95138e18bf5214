/**
 * Tries of messages: each waits for the one before it, but for a message that the store does not take while it takes
 * others. Over what passes the order is kept; what fails for longer is tried beside the others and holds up nobody.
 */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import { type Claimed, nameOf } from "./claimed.ts";

/** Since its first try began: as long as a trouble that passes, shorter than a statement may take before it is given up. */
const inTroubleMs = 3_000;
/** The others are forgotten: they hold up those behind them once more. */
const mostKnown = 1_000;
/** Longer than until a message that is still pending is claimed again: what did not come by then is somebody else's. */
const waitsMs = 30_000;
/** Between two tries beside the others, while the store takes none. */
const restMs = 1_000;

/** A message whose last try failed; times in steady ms. */
interface Failing {
  /** When the first of its tries that failed began. */
  since: number;
  /** Its last try since a trouble is known, counted over all; 0: none. */
  turn: number;
  /** When it came and was not tried, null: it has had its turn since. */
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

/**
 * Beside the others one message is tried at a time: each may hold a connection for as long as a statement may take.
 * While the store takes none of them, there is a rest behind each try. Once it takes one, the trouble may be over, and
 * they follow one another at once until one fails.
 */
export class Tries {
  readonly #deps: TriesDeps;
  /** By message. */
  readonly #failing = new Map<string, Failing>();
  /** By message: claimed, and to be tried beside the others while the claim lasts. */
  readonly #waiting = new Map<string, Claimed>();
  #beside: Promise<void> | null = null;
  /** How the last try beside the others ended; before the first one no trouble is known. */
  #last: "taken" | "not taken" = "taken";
  #rest: NodeJS.Timeout | null = null;
  #turns = 0;

  constructor(deps: TriesDeps) {
    this.#deps = deps;
  }

  /** Resolves when the message is worked off, or waits for its turn beside the others. Throws the store's trouble. */
  async begin(message: Claimed): Promise<void> {
    const name = nameOf(message);
    if (this.#isInOrder(name)) {
      try {
        return await this.#try(message);
      } catch (error) {
        // In a trouble that passes it would be taken in its turn. This one is known to last.
        if (this.#last === "taken") throw error;
        this.#tell(message, error);
        const failed = this.#failing.get(name);
        if (failed) failed.turn = ++this.#turns;
      }
    }
    const failing = this.#failing.get(name);
    if (failing) failing.waits = this.#deps.clock.steady();
    this.#waiting.set(name, message);
    this.#next();
  }

  #isInOrder(name: string): boolean {
    const failing = this.#failing.get(name);
    if (failing === undefined) return true;
    return this.#last === "taken" && this.#deps.clock.steady() - failing.since < inTroubleMs;
  }

  #next(): void {
    if (this.#beside !== null || this.#rest !== null) return;
    const [message, failing] = this.#first() ?? [];
    if (!message || !failing) return;
    this.#waiting.delete(nameOf(message));
    failing.turn = ++this.#turns;
    failing.waits = null;
    this.#beside = this.#tryBeside(message).finally(() => {
      this.#beside = null;
      if (this.#last === "taken") this.#next();
      else this.#restAWhile();
      this.#deps.ended(this.#last);
    });
  }

  #restAWhile(): void {
    this.#rest = setTimeout(() => {
      this.#rest = null;
      this.#next();
    }, restMs);
    this.#rest.unref();
  }

  /** Resolves when nothing is tried beside the others any more. */
  async over(): Promise<void> {
    this.#waiting.clear();
    await this.#beside;
    if (this.#rest) clearTimeout(this.#rest);
  }

  /**
   * Of those that wait the one whose last try is the longest ago. While the store takes none, also behind one that waits
   * without a claim: messages are claimed in one order each time, and the first would keep out the others.
   */
  #first(): [Claimed, Failing] | null {
    const now = this.#deps.clock.steady();
    let first: [Claimed, Failing] | null = null;
    for (const [name, message] of this.#waiting) {
      const failing = this.#failing.get(name);
      if (failing === undefined || now >= message.until) this.#waiting.delete(name);
      else if (first === null || failing.turn < first[1].turn) first = [message, failing];
    }
    return first && this.#last === "not taken" && this.#isBehind(first[1], now) ? null : first;
  }

  #isBehind({ turn }: Failing, now: number): boolean {
    const others = [...this.#failing.values()];
    return others.some(({ turn: other, waits }) => waits !== null && now - waits < waitsMs && other < turn);
  }

  async #tryBeside(message: Claimed): Promise<void> {
    try {
      await this.#try(message);
      this.#last = "taken";
    } catch (error) {
      this.#tell(message, error);
      this.#last = "not taken";
    }
  }

  #tell({ row }: Claimed, error: unknown): void {
    const { source, key } = row;
    this.#deps.log.error({ err: error, channel: source, key }, "the store does not take a message");
  }

  async #try(message: Claimed): Promise<void> {
    const name = nameOf(message);
    const began = this.#deps.clock.steady();
    message.untried = false;
    try {
      await this.#deps.workOff(message);
      this.#failing.delete(name);
      this.#waiting.delete(name);
    } catch (error) {
      if (this.#failing.size >= mostKnown) this.#failing.clear();
      if (!this.#failing.has(name)) this.#failing.set(name, { since: began, turn: 0, waits: null });
      throw error;
    }
  }
}
