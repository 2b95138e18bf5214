/** The worker drives claimed runs, each until it rests, and keeps their leases. */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import type { Claim } from "../core/ports/runs.ts";
import type { Store } from "../core/ports/store.ts";
import { StoreError } from "../core/ports/store-error.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import { backoffMs, pause, type Rng } from "./backoff.ts";
import { DueRuns } from "./due-runs.ts";
import { type Lease, type Moment, moment, RunLease } from "./lease.ts";
import { runEnded } from "./perform/work.ts";
import { Fenced } from "./record.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** ours: 15 s, renewed every 5 s */
const leaseMs = 15_000;
const renewMs = 5_000;
/** So often driving a run may fail for a reason of our own before the run fails with it. */
const maxFaults = 5;
/** Runs driven at once. */
const maxActive = 200;

/** `owner` names this process in leases; it must differ from that of every other process. */
export interface WorkerDeps {
  store: Store;
  clock: Clock;
  log: Logger;
  owner: string;
  rng: Rng;
  /** Drive a claimed run; true: it rests and was released. Aborted by the signal when the lease is lost. */
  drive: (claim: Due, lease: Lease, signal: AbortSignal) => Promise<boolean>;
  /** End a claimed run that can't be driven; false: nor can it be ended. Never throws. */
  fail: (claim: Claim, error: unknown, times: number) => Promise<boolean>;
  unreadable: UnreadableRecords;
  /** The process is told which run is due (`activate`), and does not look by itself. */
  told: boolean;
}

/** A claimed run. A sleep of it until `dueBy` (ms since the epoch) is over, whatever the date is now. */
export type Due = Claim & { dueBy: number };

interface Active {
  abort: AbortController;
  lease: RunLease;
  done: Promise<void>;
  /** It was let go of and is due again then (ms), perhaps before this process has finished with it. */
  dueAgainAt: number | null;
}

/**
 * A run, as the workers of all processes see it, is in one of these states:
 *
 * - resting: nobody owns it, and its `wake_at` is later or null. It costs nothing.
 * - due: `wake_at` has come, and nobody owns it, or the owner's lease has run out.
 * - driven: claimed by this process for 15 s under a new epoch, the lease renewed every 5 s. `advance` carries out
 *   effect after effect until the run rests; the commit of the last event also lets go of the run.
 * - failing: driving it threw. The run stays ours and is tried again with growing pauses. A store in trouble is
 *   waited for without end; after five other errors the run ends as failed.
 * - lost: the store says at a renewal, or a commit by its epoch, that the run is another worker's. The signal is
 *   aborted, and nothing that we still do for the run can be recorded.
 * - left: its log can't be read. This process claims it no more; a release that can read it does.
 *
 * A crash leaves a driven run with its owner and lease in the row. When the lease has run out (SQLite: at the next
 * start, since the lock on the file proves that the owner is gone) any worker claims it as `recovered`, and the
 * log says what was begun. `stop` begins nothing more, lets each drive finish its effect, and makes what is not at
 * rest due at once for others. What is due is found by `DueRuns`, or told by `activate` where several processes share
 * the store.
 */
export class RunWorker {
  readonly #deps: WorkerDeps;
  readonly #active = new Map<string, Active>();
  readonly #dueRuns: DueRuns | null;
  #renewal: NodeJS.Timeout | null = null;
  #running = false;
  #isClosed = false;
  readonly #activating = new Set<Promise<unknown>>();

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#dueRuns = deps.told
      ? null
      : new DueRuns({
          store: deps.store,
          clock: deps.clock,
          log: deps.log,
          room: () => maxActive - this.#active.size,
          take: (dueBy, limit, only) => this.#take(dueBy, limit, only),
        });
  }

  start(): void {
    this.#running = true;
    this.#renewal = setInterval(() => void this.#renew(), renewMs);
    this.#renewal.unref();
    this.#dueRuns?.start();
  }

  /**
   * Something is due now, or will be at `at` (ms since the epoch). `runId`: what is due; while it is still driven here
   * no look can find it.
   */
  poke(at = 0, runId?: string): void {
    const driven = runId === undefined ? undefined : this.#active.get(runId);
    if (driven) driven.dueAgainAt = at;
    this.#dueRuns?.poke(at, runId);
  }

  /**
   * Claims this run if it is due and free, and drives it until it rests. `dueAt` (ms since the epoch) has come, by the
   * store's clock if not by ours. Rejects when the store can't be asked.
   */
  async activate(runId: string, dueAt: number): Promise<void> {
    // Let go of in its last commit, it may be due again before this process has finished with it.
    await this.#active.get(runId)?.done;
    // While this process stops it passes on what it is told: claimed, not begun, and let go of with all the rest.
    if (this.#isClosed || this.#active.has(runId) || this.#deps.unreadable.left.includes(runId)) return;
    const claiming = this.#take(Math.max(this.#deps.clock.now(), dueAt), 1, [runId]);
    const claimed = claiming.catch(() => 0);
    this.#activating.add(claimed);
    try {
      if ((await claiming) > 0) await this.#active.get(runId)?.done;
    } finally {
      this.#activating.delete(claimed);
    }
  }

  /** The run has ended from outside: what is still asked or done for it is of no use to anybody. */
  giveUp(runId: string): void {
    this.#active.get(runId)?.abort.abort(runEnded);
  }

  /** Begin nothing more and wait for what runs, at most `graceMs`; then interrupt the rest. */
  async stop(graceMs: number): Promise<void> {
    this.#running = false;
    await this.#dueRuns?.stop();
    await Promise.all(this.#activating);
    const all = Promise.all([...this.#active.values()].map((run) => run.done));
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([all, timeout]);
    for (const run of this.#active.values()) run.abort.abort();
    this.#isClosed = true;
    await Promise.all(this.#activating);
    await Promise.all([...this.#active.values()].map((run) => run.done));
    if (this.#renewal) clearInterval(this.#renewal);
    // Without the store's answer the leases end by themselves: that must not keep anybody from stopping.
    await this.#deps.store.releaseAll(this.#deps.owner).catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, "letting the runs go failed");
    });
  }

  get stopping(): boolean {
    return !this.#running;
  }

  /** Claims what is due by this date and begins to drive it. Returns how many runs. */
  async #take(dueBy: number, limit: number, only?: readonly string[]): Promise<number> {
    const { store, owner, clock, unreadable } = this.#deps;
    const asked = moment(clock);
    const except = [...this.#active.keys(), ...unreadable.left];
    const which = only ? { except, only } : { except };
    const claims = await store.claim({ owner, now: dueBy, leaseMs, limit, ...which });
    for (const claim of claims) this.#begin({ ...claim, dueBy }, asked);
    return claims.length;
  }

  #begin(claim: Due, asked: Moment): void {
    const abort = new AbortController();
    const { clock } = this.#deps;
    const lease = new RunLease(clock, asked, leaseMs, async () => {
      await this.#renew();
      if (abort.signal.aborted) throw new Fenced(`the lease of run ${claim.runId} is gone`);
    });
    const done = this.#drive(claim, lease, abort);
    this.#dueRuns?.began(claim.runId);
    this.#active.set(claim.runId, { abort, lease, done, dueAgainAt: null });
  }

  async #drive(claim: Due, lease: Lease, abort: AbortController): Promise<void> {
    const { log, rng } = this.#deps;
    let faults = 0;
    const { log: _, ...again } = claim;
    for (let attempt = 1; !abort.signal.aborted; attempt++) {
      try {
        await this.#deps.drive(attempt === 1 ? claim : again, lease, abort.signal);
        break;
      } catch (error) {
        if (error instanceof Fenced) {
          log.warn({ run: claim.runId }, "run taken over by another worker");
          break;
        }
        if (abort.signal.aborted) break;
        if (error instanceof UnreadableError) {
          this.#deps.unreadable.leave(claim.runId, error);
          break;
        }
        // The run stays ours: a store in trouble is waited for, a bug must neither spin nor look like work.
        log.error({ run: claim.runId, err: error, attempt }, "driving a run failed");
        if (!(error instanceof StoreError)) faults++;
        if (faults >= maxFaults && (await this.#deps.fail(claim, error, faults))) break;
        await pause(backoffMs(attempt, null, rng), abort.signal);
      }
    }
    const full = this.#active.size >= maxActive;
    // It may have been claimed anew in the turn since it was released.
    const mine = this.#active.get(claim.runId);
    if (mine?.abort === abort) {
      this.#active.delete(claim.runId);
      if (mine.dueAgainAt !== null) this.poke(mine.dueAgainAt);
    }
    if (full) this.poke();
  }

  /** A lease that was lost means that somebody else drives the run: stop at once. */
  async #renew(): Promise<void> {
    if (this.#active.size === 0) return;
    const { store, owner, clock } = this.#deps;
    // What is claimed while the store answers is not in its answer, and still ours.
    const driven = [...this.#active];
    const asked = moment(clock);
    try {
      const runIds = driven.map(([runId]) => runId);
      const held = new Set(await store.renew({ owner, now: clock.now(), leaseMs, runIds }));
      for (const [runId, run] of driven) {
        if (held.has(runId)) run.lease.renewed(asked);
        else run.abort.abort();
      }
    } catch (error) {
      this.#deps.log.warn({ err: error }, "renewing leases failed");
    }
  }
}
