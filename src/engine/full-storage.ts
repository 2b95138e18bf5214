/** Whether the storage is full: all can be read then, nothing is recorded, and no answer of the database says so. */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import { StoreError } from "../core/ports/store-error.ts";

/**
 * It counts as full for so long after it last refused something: what waits is tried again sooner, and small records
 * may find room between larger ones.
 */
const lastsMs = 300_000;

export interface FullStorageDeps {
  clock: Clock;
  log: Pick<Logger, "error">;
}

/** As far as this process has seen. */
export class FullStorage {
  readonly #deps: FullStorageDeps;
  /** When it first refused something and when it last did: ms since the epoch, steady ms. */
  #full: { since: number; last: number } | null = null;

  constructor(deps: FullStorageDeps) {
    this.#deps = deps;
  }

  /** ms since the epoch; null: not known to be full. */
  get since(): number | null {
    const isOver = this.#full !== null && this.#deps.clock.steady() - this.#full.last >= lastsMs;
    return isOver ? null : (this.#full?.since ?? null);
  }

  /** Does it; what the storage refuses of it for want of space is noticed. */
  async noticing<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (error instanceof StoreError && error.code === "storage_full") this.#refused(error);
      throw error;
    }
  }

  #refused(error: StoreError): void {
    const { clock, log } = this.#deps;
    const { since } = this;
    if (since === null) log.error({ err: error }, "the storage is full: nothing is recorded, free space");
    this.#full = { since: since ?? clock.now(), last: clock.steady() };
  }
}
