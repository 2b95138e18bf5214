/** Whether the storage takes nothing: all can be read then, and no answer of the database says so. */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import { StoreError } from "../core/ports/store-error.ts";

/**
 * It counts for so long after the last refusal: what waits is tried again sooner, and small records may find room
 * between larger ones.
 */
const lastsMs = 300_000;

const words = {
  storage_full: "the storage is full: nothing is recorded, free space",
  storage_refused: "the storage can't be written: nothing is recorded, mend what the error says",
} as const;
type Why = keyof typeof words;

export interface RefusedWritesDeps {
  clock: Clock;
  log: Pick<Logger, "error">;
}

/** As far as this process has seen. Both are ms since the epoch; null: not that it knows. */
export class RefusedWrites {
  readonly #deps: RefusedWritesDeps;
  /** When it first refused something and when it last did: ms since the epoch, steady ms. */
  readonly #seen = new Map<Why, { since: number; last: number }>();

  constructor(deps: RefusedWritesDeps) {
    this.#deps = deps;
  }

  /** Since when there is no space. */
  get fullSince(): number | null {
    return this.#since("storage_full");
  }

  /** Since when the bot has no right to write it, or the disk fails. */
  get refusedSince(): number | null {
    return this.#since("storage_refused");
  }

  /** Does it; what the storage refuses of it is noticed. */
  async noticing<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (error instanceof StoreError && isRefusal(error.code)) this.#refused(error.code, error);
      throw error;
    }
  }

  #since(why: Why): number | null {
    const seen = this.#seen.get(why);
    const isOver = seen === undefined || this.#deps.clock.steady() - seen.last >= lastsMs;
    return isOver ? null : seen.since;
  }

  #refused(why: Why, error: StoreError): void {
    const { clock, log } = this.#deps;
    const since = this.#since(why);
    if (since === null) log.error({ err: error }, words[why]);
    this.#seen.set(why, { since: since ?? clock.now(), last: clock.steady() });
  }
}

function isRefusal(code: StoreError["code"]): code is Why {
  return code in words;
}
