/** Takes jobs of some tasks from graphile-worker, and begins anew whenever that stops working. */
import { EventEmitter } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Logger, runMigrations, runTaskList, type TaskList, type WorkerPool } from "graphile-worker";
import type { Pool } from "pg";
import { openPool, type Place } from "./connection.ts";
import { storeErrorOf } from "./errors.ts";
import { catchBackground } from "./local-queue.ts";

/** Jobs that are due at a time, and jobs whose NOTIFY was lost, are seen at the next look. */
const lookMs = 2_000;
/** Without any answer to a look for so long it is begun anew: a pool may be idle for ever after an outage. */
const deafMs = 15_000;
const againMs = 1_000;
/** As long as a bot that stops waits for its runs. */
const graceMs = 16_000;
/** One listens, the others look and tell what is done. */
const connections = 4;

/** `atOnce`: jobs side by side. `ahead`: jobs taken with one look, at most. */
export interface LaneOptions {
  place: Place;
  log: WakesLog;
  atOnce: number;
  ahead: number;
  tasks: () => TaskList;
}

/** Words for the operator, with fields. */
export interface WakesLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * A lane is in one of these states: *listening*, while graphile-worker looks for jobs every 2 s and at each NOTIFY;
 * *deaf*, when its pool has ended or has not looked for 15 s although it had room; *stopped*. A deaf lane makes
 * itself a new pool every second. Jobs that the old one still works on are finished, told or not: a job is a
 * hint, and the lease of the run decides who drives it.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #closed = new AbortController();
  #restart = new AbortController();
  #working: Promise<void> = Promise.resolve();

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Resolves after the first attempt. */
  async start(): Promise<void> {
    const first = Promise.withResolvers<void>();
    this.#working = this.#forEver(first.resolve);
    await first.promise;
  }

  /** With the tasks as they are now. */
  restart(): void {
    this.#restart.abort();
  }

  async stop(): Promise<void> {
    this.#closed.abort();
    this.#restart.abort();
    await this.#working;
  }

  async #forEver(ready: () => void): Promise<void> {
    const { log, place } = this.#options;
    while (!this.#closed.signal.aborted) {
      this.#restart = new AbortController();
      const pgPool = openPool(place, connections);
      try {
        await this.#listen(pgPool, ready);
      } catch (error) {
        log.warn({ err: storeErrorOf(error) }, "waiting for jobs failed, will begin anew");
      }
      ready();
      if (!this.#restart.signal.aborted) {
        await pause(againMs, undefined, { signal: this.#closed.signal }).catch(() => {});
      }
    }
  }

  /** Resolves when it must begin anew; rejects when the jobs can't be had. */
  async #listen(pgPool: Pool, ready: () => void): Promise<void> {
    const tasks = this.#options.tasks();
    if (Object.keys(tasks).length === 0) {
      ready();
      await aborted(this.#restart.signal);
      await pgPool.end();
      return;
    }
    const logger = quietLogger(this.#options.log);
    try {
      await runMigrations({ pgPool, logger });
      const watch = new Watch(this.#options.atOnce);
      const workers = runTaskList(
        {
          pgPool,
          logger,
          events: watch.events,
          noHandleSignals: true,
          concurrency: this.#options.atOnce,
          preset: {
            worker: {
              pollInterval: lookMs,
              localQueue: { size: this.#options.ahead },
              completeJobBatchDelay: 0,
              failJobBatchDelay: 0,
              gracefulShutdownAbortTimeout: graceMs,
            },
          },
        },
        watch.counting(tasks),
        pgPool,
      );
      ready();
      await this.#until(workers, watch);
    } finally {
      // Connections that are lost for good must not keep anybody waiting.
      void pgPool.end().catch(() => {});
    }
  }

  async #until(workers: WorkerPool, watch: Watch): Promise<void> {
    const over = new AbortController();
    const ended = workers.promise.then(
      () => "ended",
      (error: unknown) => error,
    );
    const why = await Promise.race([
      ended,
      watch.deaf(over.signal).then(() => "no answer"),
      aborted(this.#restart.signal),
    ]);
    over.abort();
    const fields = why instanceof Error ? { err: storeErrorOf(why) } : { why };
    if (why !== undefined) this.#options.log.warn(fields, "jobs are not heard any more, begins anew");
    const shutDown = Promise.resolve(workers.gracefulShutdown()).catch(() => {});
    if (this.#restart.signal.aborted)
      await Promise.race([shutDown, pause(graceMs, undefined, { ref: false })]);
  }
}

/** When graphile-worker last looked for jobs, and whether it had room for any. */
class Watch {
  readonly events = new EventEmitter();
  readonly #room: number;
  #busy = 0;
  #lookedAt = performance.now();

  constructor(room: number) {
    this.#room = room;
    catchBackground(this.events);
    this.events.on("localQueue:getJobs:complete", () => this.#looked());
  }

  #looked(): void {
    this.#lookedAt = performance.now();
  }

  counting(tasks: TaskList): TaskList {
    return Object.fromEntries(
      Object.entries(tasks).map(([name, task]) => [
        name,
        async (...given: Parameters<NonNullable<typeof task>>) => {
          this.#busy++;
          try {
            return await task?.(...given);
          } finally {
            this.#busy--;
            this.#looked();
          }
        },
      ]),
    );
  }

  /** Resolves when there was room all the time and no look. */
  async deaf(signal: AbortSignal): Promise<void> {
    while (this.#busy >= this.#room || performance.now() - this.#lookedAt < deafMs) {
      await pause(againMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
    }
  }
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** What graphile-worker says of its connections is said by the lane when it lasts. */
function quietLogger(log: WakesLog): Logger {
  return new Logger(() => (level, message) => {
    if (level === "error" || level === "warning") log.debug({ why: message }, "job queue");
  });
}
