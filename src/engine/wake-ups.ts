/** A process that is told what is due asks for each run by name, once for each wake-up that needs it. */
import type { RunEvent } from "../core/event.ts";
import type { Commit } from "../core/ports/commit.ts";
import type { RunWakeUp } from "../core/ports/wakes.ts";
import type { Moment } from "./lease.ts";
import type { Recorded } from "./record.ts";

/** The worker, as far as a wake-up has to do with it. */
export interface WokenWorker {
  /** A run that is driven here, `done` when it rests or is lost; undefined: it is not. */
  driven(runId: string): { epoch: number; done: Promise<void> } | undefined;
  /** It is told what is due, drives nothing, and may begin. */
  isIdle(): boolean;
  /** It is told what is due, may begin, and no other process drives runs. */
  worksAlone(): boolean;
  /** So many more runs may be driven here. */
  room(): number;
  /** This run is not asked for any more. */
  isLeft(runId: string): boolean;
  /** Claims it if it is due by this date (ms since the epoch) and free, and begins to drive it. How many were got. */
  take(runId: string, dueBy: number): Promise<number>;
  /** What makes a launch its own. */
  readonly claim: NonNullable<Commit["claim"]>;
  now(): Moment;
  /** Begins to drive a run that is its own since its launch, which was written after this moment. */
  begin(runId: string, log: readonly RunEvent[], asked: Moment): void;
}

/** Of one process. */
export class WakeUps {
  readonly #worker: WokenWorker;
  /** Runs that are asked for, or launched as our own: never rejected. */
  readonly #claiming = new Map<string, Promise<void>>();
  /** Resolves when there may be room again. */
  #freed = Promise.withResolvers<void>();

  constructor(worker: WokenWorker) {
    this.#worker = worker;
  }

  /**
   * Claims this run if it is due and free, as soon as there is room for it, and resolves when it rests. Its time has
   * come by the store's clock if not by ours. Rejects when the store can't be asked.
   */
  async activate({ runId, dueAt, epoch }: RunWakeUp): Promise<void> {
    for (;;) {
      const driven = this.#worker.driven(runId);
      if (this.#claiming.has(runId)) await this.#claiming.get(runId);
      else if (driven) {
        // Let go of in its last commit, it may be due again before this process has finished with it.
        await driven.done;
        if (epoch !== null && driven.epoch > epoch) return;
      } else if (this.#room <= 0) await this.#freed.promise;
      else break;
    }
    if (this.#worker.isLeft(runId)) return;
    const claimed = await this.#claim(runId, this.#worker.take(runId, dueAt));
    if (claimed > 0) await this.#worker.driven(runId)?.done;
  }

  /**
   * This run became due, and its wake-up is on its way. A process that drives nothing asks for the run at once, which
   * is a request less than the wake-up takes; with many runs at once that would only be asked for twice.
   */
  heard(runId: string): void {
    if (!this.#isIdle) return;
    void this.activate({ runId, dueAt: 0, epoch: null }).catch(() => {});
  }

  /**
   * Writes a launch. A process that drives nothing takes the run with it, for the same reason: the run needs no wake-up
   * then, and nobody has to ask for it. One that works alone does so while it has room: with others beside it the runs
   * that it launches would all be its own while those have nothing to do.
   */
  async launch(runId: string, write: (claim?: Commit["claim"]) => Promise<Recorded>): Promise<Recorded> {
    if (!this.#isIdle && !(this.#worker.worksAlone() && this.#room > 0)) return write();
    const asked = this.#worker.now();
    const launched = write(this.#worker.claim).then((recorded) => {
      if (recorded.type === "recorded" && recorded.claimed)
        this.#worker.begin(runId, recorded.claimed, asked);
      return recorded;
    });
    return this.#claim(runId, launched);
  }

  /** A run is not driven here any more. */
  freed(): void {
    const { resolve } = this.#freed;
    this.#freed = Promise.withResolvers();
    resolve();
  }

  /** What is asked for takes a place as well. */
  get #room(): number {
    return this.#worker.room() - this.#claiming.size;
  }

  get #isIdle(): boolean {
    return this.#worker.isIdle() && this.#claiming.size === 0;
  }

  async #claim<T>(runId: string, claiming: Promise<T>): Promise<T> {
    const answered = claiming.then(
      () => {},
      () => {},
    );
    this.#claiming.set(runId, answered);
    try {
      return await claiming;
    } finally {
      this.#claiming.delete(runId);
      this.freed();
    }
  }

  /** Resolves when what was asked for so far is answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#claiming.values());
  }
}
