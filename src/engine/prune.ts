/** Deletes the keys of inbound messages and API requests once nothing is delivered again under them. */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import type { Store } from "../core/ports/store.ts";

const dayMs = 86_400_000;
/** As long as the API promises for an Idempotency-Key; no platform delivers anything again so late. */
const keptMs = 30 * dayMs;
/** A start has more urgent things to do. */
const afterStartMs = 60_000;

/** The dates of the clock decide what is old. */
export interface PruneDeps {
  store: Pick<Store, "pruneInbox">;
  clock: Pick<Clock, "now">;
  log: Logger;
}

/** Runs soon after the start and then once a day; a failure is logged. */
export class Pruner {
  readonly #deps: PruneDeps;
  #timer: NodeJS.Timeout | null = null;
  #pruning: Promise<void> | null = null;

  constructor(deps: PruneDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#pruneIn(afterStartMs);
  }

  async stop(): Promise<void> {
    await this.#pruning;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #pruneIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#pruning = this.#prune().finally(() => this.#pruneIn(dayMs));
    }, ms);
    this.#timer.unref();
  }

  async #prune(): Promise<void> {
    const { store, clock, log } = this.#deps;
    try {
      const forgotten = await store.pruneInbox(clock.now() - keptMs);
      if (forgotten > 0) log.info({ forgotten }, "old keys forgotten");
    } catch (error) {
      log.warn({ err: error }, "forgetting old keys failed");
    }
  }
}
