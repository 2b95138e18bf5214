/** The worker drives claimed runs, each until it rests, and keeps their leases. */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import type { Claim } from "../core/ports/runs.ts";
import type { Store } from "../core/ports/store.ts";
import { StoreError } from "../core/ports/store-error.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import type { Wakes } from "../core/ports/wakes.ts";
import { backoffMs, pause, type Rng } from "./backoff.ts";
import { DueRuns } from "./due-runs.ts";
import { type Lease, type Moment, moment, RunLease } from "./lease.ts";
import type { LeftRuns } from "./left-runs.ts";
import { ToolElsewhere } from "./perform/leave.ts";
import { runEnded } from "./perform/work.ts";
import { Fenced } from "./record.ts";
import { WakeUps } from "./wake-ups.ts";

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
  left: Pick<LeftRuns, "list" | "leave">;
  /** By them the process is told which run is due (`wakeUps`); null: it looks by itself. */
  wakes: Pick<Wakes, "worksAlone"> | null;
}

/** A claimed run. A sleep of it until `dueBy` (ms since the epoch) is over, whatever the date is now. */
export type Due = Claim & { dueBy: number };

interface Active {
  epoch: number;
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
 * - left: its log can't be read, or it takes a tool that only another process has. This process lets go of it at once
 *   and claims it no more (for half a minute where a tool is missing); one that can go on with it does.
 *
 * A crash leaves a driven run with its owner and lease in the row. When the lease has run out (SQLite: at the next
 * start, since the lock on the file proves that the owner is gone) any worker claims it as `recovered`, and the
 * log says what was begun. `stop` begins nothing more, lets each drive finish its effect, and makes what is not at
 * rest due at once for others. What is due is found by `DueRuns`, or told by `WakeUps` where several processes share
 * the store.
 */
export class RunWorker {
  readonly #deps: WorkerDeps;
  readonly #active = new Map<string, Active>();
  readonly #dueRuns: DueRuns | null;
  #renewal: NodeJS.Timeout | null = null;
  #running = false;
  #isClosed = false;
  /** What this process is told of: a run that is due, and launches of its own. */
  readonly wakeUps: WakeUps;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.wakeUps = new WakeUps({
      driven: (runId) => this.#active.get(runId),
      isIdle: () => deps.wakes !== null && this.#running && this.#active.size === 0,
      worksAlone: () => this.#running && deps.wakes?.worksAlone() === true,
      room: () => maxActive - this.#active.size,
      // While this process stops it passes on what it is told: claimed, not begun, and let go of with all the rest.
      isLeft: (runId) => this.#isClosed || deps.left.list.includes(runId),
      take: (runId, dueBy) => this.#take(Math.max(deps.clock.now(), dueBy), 1, [runId]),
      claim: { owner: deps.owner, leaseMs },
      now: () => moment(deps.clock),
      begin: (runId, log, asked) =>
        this.#begin({ runId, epoch: 1, recovered: false, log, dueBy: asked.now }, asked),
    });
    this.#dueRuns = deps.wakes
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
    if (at === 0 && runId !== undefined) this.wakeUps.heard(runId);
  }

  /** The run has ended from outside: what is still asked or done for it is of no use to anybody. */
  giveUp(runId: string): void {
    this.#dueRuns?.awake(runId);
    this.#active.get(runId)?.abort.abort(runEnded);
  }

  /** Begin nothing more and wait for what runs, at most `graceMs`; then interrupt the rest. */
  async stop(graceMs: number): Promise<void> {
    this.#running = false;
    await this.#dueRuns?.stop();
    await this.wakeUps.answered();
    const all = Promise.all([...this.#active.values()].map((run) => run.done));
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([all, timeout]);
    for (const run of this.#active.values()) run.abort.abort();
    this.#isClosed = true;
    await this.wakeUps.answered();
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
    const { store, owner, clock, left } = this.#deps;
    const asked = moment(clock);
    const except = [...this.#active.keys(), ...left.list];
    const which = { except, ...(only ? { only } : {}) };
    const claims = await store.claim({ owner, now: dueBy, leaseMs, limit, ...which });
    for (const claim of claims) this.#begin({ ...claim, dueBy }, asked);
    return claims.length;
  }

  /** The log that came with the claim is for the first attempt alone: nothing here may keep it while the run is driven. */
  #begin(claim: Due, asked: Moment): void {
    const abort = new AbortController();
    const { log: _, ...bare } = claim;
    const { runId, epoch } = bare;
    const lease = new RunLease(this.#deps.clock, asked, leaseMs, async () => {
      await this.#renew();
      if (abort.signal.aborted) throw new Fenced(`the lease of run ${runId} is gone`);
    });
    const first = attempt(this.#deps.drive, claim, lease, abort.signal);
    const done = this.#drive(bare, first, lease, abort);
    this.#dueRuns?.awake(runId);
    this.#active.set(runId, { epoch, abort, lease, done, dueAgainAt: null });
  }

  async #drive(claim: Due, first: Promise<boolean>, lease: Lease, abort: AbortController): Promise<void> {
    const { log, rng } = this.#deps;
    let faults = 0;
    for (let times = 1; !abort.signal.aborted; times++) {
      try {
        await (times === 1 ? first : this.#deps.drive(claim, lease, abort.signal));
        break;
      } catch (error) {
        if (error instanceof Fenced) {
          log.warn({ run: claim.runId }, "run taken over by another worker");
          break;
        }
        if (abort.signal.aborted) break;
        if (error instanceof UnreadableError || error instanceof ToolElsewhere) {
          await this.#leave(claim, error);
          break;
        }
        // The run stays ours: a store in trouble is waited for, a bug must neither spin nor look like work.
        log.error({ run: claim.runId, err: error, attempt: times }, "driving a run failed");
        if (!(error instanceof StoreError)) faults++;
        if (faults >= maxFaults && (await this.#deps.fail(claim, error, faults))) break;
        await pause(backoffMs(times, null, rng), abort.signal);
      }
    }
    const full = this.#active.size >= maxActive;
    // It may have been claimed anew in the turn since it was released.
    const mine = this.#active.get(claim.runId);
    if (mine?.abort === abort) {
      this.#active.delete(claim.runId);
      this.wakeUps.freed();
      if (mine.dueAgainAt !== null) this.poke(mine.dueAgainAt);
    }
    if (full) this.poke();
  }

  /** Without the store's answer the lease ends by itself. */
  async #leave(claim: Claim, error: UnreadableError | ToolElsewhere): Promise<void> {
    const { store, owner, left, log } = this.#deps;
    left.leave(claim.runId, error);
    await store.release(owner, claim).catch((cause: unknown) => {
      log.warn({ run: claim.runId, err: cause }, "letting a run go failed");
    });
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

/** What is thrown at once is a rejection as well. */
async function attempt(
  drive: WorkerDeps["drive"],
  ...given: Parameters<WorkerDeps["drive"]>
): Promise<boolean> {
  return drive(...given);
}
