/** Finds due runs for the only process on a store: one timer in total, however many runs wait. */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import type { Store } from "../core/ports/store.ts";
import { moment } from "./lease.ts";
import { Sleeps } from "./sleeps.ts";

/** The longest this process trusts its own wake-ups before it looks at the store again. */
const lookAgainMs = 5_000;

/** `room`: how many more runs may begin now. `take`: begins those that are due by a date, and says how many. */
export interface DueRunsDeps {
  store: Pick<Store, "nextWake">;
  clock: Clock;
  log: Logger;
  room: () => number;
  take: (dueBy: number, limit: number, only?: readonly string[]) => Promise<number>;
}

/** What it remembers of times (`#dueAt`) is only a hint: the store is asked every 5 s anyway. */
export class DueRuns {
  readonly #deps: DueRunsDeps;
  #timer: NodeJS.Timeout | null = null;
  #claiming: Promise<void> | null = null;
  #again = false;
  #running = false;
  readonly #sleeps: Sleeps;
  /** The earliest time at which something is known to be due, and when the store is asked for it again. */
  #dueAt = Number.POSITIVE_INFINITY;
  #lookAt = 0;

  constructor(deps: DueRunsDeps) {
    this.#deps = deps;
    this.#sleeps = new Sleeps(deps.clock);
  }

  start(): void {
    this.#running = true;
    this.poke();
  }

  /** Resolves when nothing more is claimed. */
  async stop(): Promise<void> {
    this.#running = false;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#claiming;
  }

  /** Something is due now, or will be at `at` (ms since the epoch). Many pokes in one turn are one look. */
  poke(at = 0, runId?: string): void {
    if (!this.#running) return;
    const wait = at - this.#deps.clock.now();
    if (runId !== undefined && wait > 0) this.#sleeps.begun(runId, at);
    else if (runId !== undefined) this.#sleeps.ended(runId);
    if (wait > 0) {
      this.#dueIn(wait, at);
      return;
    }
    this.#again = true;
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = null;
      if (this.#again) this.poke();
    });
  }

  /** It is driven now, or has ended: no sleep of it is waited for. */
  awake(runId: string): void {
    this.#sleeps.ended(runId);
  }

  async #claimAll(): Promise<void> {
    const { clock, room, take, log } = this.#deps;
    try {
      while (this.#again && this.#running) {
        this.#again = false;
        const limit = room();
        if (limit <= 0) break;
        if ((await take(clock.now(), limit)) === limit) this.#again = true;
      }
      for (const { runId, until } of this.#sleeps.overdue()) {
        await take(until, 1, [runId]);
        this.#sleeps.ended(runId);
      }
      await this.#sleep();
    } catch (error) {
      log.error({ err: error }, "claiming failed");
      this.#wakeIn(1_000);
    }
  }

  /** The store is asked for the next time now and then only: what this process commits says so itself. */
  async #sleep(): Promise<void> {
    const { now, steady } = moment(this.#deps.clock);
    if (this.#dueAt <= now) this.#dueAt = Number.POSITIVE_INFINITY;
    if (steady >= this.#lookAt) {
      this.#lookAt = steady + lookAgainMs;
      this.#dueAt = (await this.#deps.store.nextWake()) ?? Number.POSITIVE_INFINITY;
    }
    this.#wakeIn(Math.min(lookAgainMs, Math.max(10, this.#dueAt - now)));
  }

  #dueIn(ms: number, at: number): void {
    if (at >= this.#dueAt) return;
    this.#dueAt = at;
    this.#wakeIn(Math.min(lookAgainMs, ms));
  }

  #wakeIn(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (!this.#running) return;
    this.#timer = setTimeout(() => this.poke(), ms);
    this.#timer.unref();
  }
}
